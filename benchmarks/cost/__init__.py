"""What the monitor costs a month: `python -m benchmarks.cost`, which writes docs/cost.md.

In order: `measure` counts on the local stack into measured.json (`counts`), `bill` multiplies that
with the prices of prices.toml, `page` fills page.md with both.
"""
