"""What one run leaves for the next: the counters and workers of every subscription. Pure.

`remembered` are the types, `failure` says when something that was seen to fail is over, `packing`
makes one bounded text of it all. What a check's samples show together with it: `diagnosis.history`.
"""
