"""The local stack: all that the monitor talks to, on this machine. Development only."""
