"""The local stack: everything the monitor talks to, on this machine. Development only, never packaged."""
