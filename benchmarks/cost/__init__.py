"""What the monitor costs a month: `python -m benchmarks.cost`, which writes docs/cost.md.

In order: `transitions` runs the deployed definition in the interpreter, `processes` the functions
as real processes, against `measurements`' shapes; `template` counts what costs by being there;
`bill` multiplies all that with `prices`; `page` writes it down.
"""
