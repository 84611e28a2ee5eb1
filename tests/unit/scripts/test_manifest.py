"""What is pasted into Slack's page for new apps."""

import json
from pathlib import Path

from scripts.preflight.slack import SCOPES

MANIFEST = Path(__file__).parents[3] / "slack" / "manifest.json"


def test_the_app_gets_exactly_the_scopes_the_monitor_uses() -> None:
    """Those of a bot, and none of a user."""
    scopes = json.loads(MANIFEST.read_text())["oauth_config"]["scopes"]
    assert {"bot": sorted(SCOPES)} == scopes
    assert ["chat:write", "files:write"] == scopes["bot"]


def test_the_app_listens_to_nothing() -> None:
    """No events, no commands, no addresses of ours: it only speaks."""
    manifest = json.loads(MANIFEST.read_text())
    assert {"bot_user"} == set(manifest["features"])
    assert {"event_subscriptions", "interactivity"}.isdisjoint(manifest["settings"])
