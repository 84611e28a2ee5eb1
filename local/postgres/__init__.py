"""Real PostgreSQL servers with real logical replication, for the local stack. Development only.

In the order they build on each other: `binaries` finds a version's programs, `account` says which
operating system user runs them, `data_directory` prepares what they work on, `process` ties a
server's life to ours, `server` runs one, `pair` makes two replicate, `faults` breaks and mends
them by name, and `setups` makes them look odd. These two build on `renewal`, `second_table`,
`second_database`, `slow_table`, `sessions` and `wal`; `attachments` keeps what must live while a
pair is broken. Beside these, `proxy` delays traffic, `shifted_clock` falsifies its times, and `tls`
gives a server the TLS its build lacks, with `certificates`.
"""
