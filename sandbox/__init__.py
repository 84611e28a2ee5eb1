"""Stand-ins for what a program talks to, on this machine: AWS, Slack, PostgreSQL servers.

Development only. They know nothing of the program that uses them.
"""
