"""Writes a cluster's parameters and Slack's: `python -m scripts.configure CLUSTER=…`.

In order: what exists is read, the rest is asked for on the terminal (`questions`, `terminal`) or
read as JSON from standard input (`document`), all of it is judged (`rules`), and only then written.
"""
