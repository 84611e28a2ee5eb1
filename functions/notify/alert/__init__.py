"""What Notify says and how it looks.

`compose` decides what an alert (`alert`) says, with `opening` (its first words), `facts` and
`evidence_shown`, `log_note` and `links`; `message` draws it as Block Kit for Slack, `plain_text`
for an e-mail. `replies` are the words in the thread below. All pure (`message` uses slack_sdk's
models).
"""
