"""CheckReplication: samples every configured subscriber and returns a report.

In the order of the pipeline: `handler` reads the parameters, which become `targets`; `check`
samples all of them at once, each by a `probe` (pg8000, the SQL files) that yields a `snapshot`,
which `diagnosis` compares with the `memory` of the last check and turns into findings; `measures`
prints the metrics; `answer` makes report, work and memory of it all.
"""
