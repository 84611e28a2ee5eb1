"""Real PostgreSQL servers with real logical replication, for the local stack. Development only.

In the order they build on each other: `binaries` finds a version's programs, `account` says which
operating system user runs them, `data_directory` prepares what they work on, `process` ties a
server's life to ours, `server` runs one, `pair` makes two replicate, `faults` breaks and mends
them by name. Beside these, `proxy` delays traffic, and `tls` gives a server the TLS its build
lacks, with `certificates`.
"""
