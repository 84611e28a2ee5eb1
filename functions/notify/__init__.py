"""Notify: turns one cluster's verdict and its log lines into an alert in Slack.

In the order of the pipeline: `handler` builds the AWS clients, `notification` does the rest and
answers the state machine. `event` is the request with its incident; `receipts` keeps what Slack has
of it. `log` reads the error log into the event. `decision` chooses what to do, by what is new since
the last time; `alert` is what it says, and how it reads. `delivery` posts it step by step through
`slack`, with the token and the channel of `settings`.

What is pure is named by a test. Everywhere foreign text passes `text` and `redaction`.
"""
