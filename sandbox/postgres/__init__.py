"""Real PostgreSQL servers, made for a process and gone with it. Development only.

In the order they build on each other: `binaries` finds a version's programs, `account` says which
operating system user runs them, `data_directory` prepares what they work on, `process` ties a
server's life to ours, `server` runs one. Beside these, `proxy` delays traffic, `shifted_clock`
falsifies the times of replication, and `tls` gives a server the TLS its build lacks, with
`certificates`; `wal` makes a server write, `waiting` waits for a condition, and `attachments` keeps
what must live while servers are in some state.
"""
