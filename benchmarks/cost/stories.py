"""The executions that are counted, by name."""

from typing import Final

HEALTHY: Final = "healthy, 1 cluster"
HEALTHY_MANY: Final = "healthy, 1,000 clusters"
OPENED: Final = "opened: told, with the log asked three times"
QUIET: Final = "broken as before: nothing to say"
CHANGED: Final = "changed: told again"
REMINDER: Final = "reminder"
RESOLVED: Final = "resolved"
TEN_OPENED: Final = "opened, 10 clusters at once"
SLACK_DOWN: Final = "opened, Slack down for ten minutes and more"
