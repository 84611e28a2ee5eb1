"""The fault catalogue run from end to end: `python -m local faults`. Development only.

`trial` says what one fault or healthy set-up came to, `conduct` breaks, executes and fixes it on a
whole stack and asks the `baseline` too, `series` goes through the catalogue on several versions,
`report` shows the results.
"""
