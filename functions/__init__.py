"""The Lambda functions, one package each, and what they share.

In the order of the pipeline: `check_replication` samples the databases and returns a report,
the state machine queries the logs, `notify` posts to Slack. Shared: `report` (the contract between
them), `catalogue` (what can be wrong, and what helps), `incidents` (what is to be done about it),
`execution_input`, `parameters` (SSM) and `telemetry`.
"""
