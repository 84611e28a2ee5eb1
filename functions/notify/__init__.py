"""Notify: turns one cluster's verdict and its log lines into words in Slack.

In the order of the pipeline: `handler` builds the AWS clients, `telling` does the rest. `event`
reads the request with its `incident` (`fields`); `receipts` knows what Slack was told of it before.
`log` reads the error log into the event. `decision` says what to do, with `changes` since the last
time; `alert` says what, and how it looks. `delivery` does it step by step through `slack`, with the
token and the channel of `settings`; `answers` is what the state machine hears of it.

What is pure is named by a test. Everywhere foreign text passes `text` and `redaction`.
"""
