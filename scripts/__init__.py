"""Programs the Makefile runs. Development only, never packaged."""
