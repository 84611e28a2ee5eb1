"""Notify: turns one cluster's verdict and its log lines into a Slack message with a snippet.

In the order of the pipeline: `event` reads the request; `log_events` reads the rows of the query,
`occurrences` joins the lines of each error (`postgres_log`), finds whose it is (`workers`), what it
speaks of (`log_cause`) and which names it tells (`log_facts`), and takes secrets and row data out
(`redaction`); `log_errors` makes the distinct ones of them. `root_cause` refines the findings by
them, in the words of `reason`. `alert` decides what to say (with `facts`, `evidence_shown`,
`log_note`, `links`, `wording`), `message` draws it as Block Kit; `settings` reads the token and the
channel; `delivery` posts it through `slack`. All before `settings` are pure (`message` uses
slack_sdk's models).
"""
