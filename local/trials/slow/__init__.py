"""Failures that come some seconds after each start of a worker: `python -m local faults --slow`.

Development only. `failing` makes them on a pair, `monitor` watches it with a memory and incidents
of its own, `conduct` has four monitors watch one failure from before it begins until it is over,
`outcome` says what each made of it, `command` runs all of them side by side and shows the results.
"""
