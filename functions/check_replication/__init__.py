"""CheckReplication: samples every configured subscriber and returns a report.

In the order of the pipeline: `handler` reads the request (`execution_input`), `parameters` come
from SSM and become `targets`; `check` samples all of them at once, each by a `probe` (pg8000, the
SQL files) that yields a `snapshot`, which `diagnosis` turns into findings; `measures` prints the
metrics. `execution_input`, `targets`, `snapshot` and `diagnosis` are pure.
"""
