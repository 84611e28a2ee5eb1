"""What Notify says and how it looks.

`compose` decides what an alert (`alert`) says, with `opening` (its first words), `facts`,
`log_note` and `links`; `message` draws it for Slack out of `blocks` (Block Kit), `plain_text` for
an e-mail. `replies` are the words in the thread below. All pure (`blocks` uses
slack_sdk's models).
"""
