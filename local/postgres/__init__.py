"""Real logical replication between two servers of the sandbox. Development only.

`pair` makes two servers replicate, `faults` breaks and fixes them by name, and `setups` makes them
look odd. These two build on `renewal`, `second_table`, `second_database`, `slow_table` and
`sessions`.
"""
