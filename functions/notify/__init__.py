"""Notify: turns one cluster's verdict and its log lines into a Slack message with a snippet.

In the order of the pipeline: `event` reads the request; `log_events` reads the rows of the query,
`occurrences` joins the lines of each error (`postgres_log`) without secrets and row data
(`redaction`), `log_errors` picks the distinct ones; `alert` decides what to say (with `facts`,
`log_note`, `links`, `wording`), `message` draws it as Block Kit; `settings` reads the token and the
channel; `delivery` posts it through `slack`. All before `settings` are pure (`message` uses
slack_sdk's models).
"""
