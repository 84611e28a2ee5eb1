import json

import pytest

from local.trials.baseline import BaselineVerdict
from local.trials.report import cause, document
from local.trials.trial import Trial


@pytest.mark.parametrize(
    ("trial", "text"),
    [
        (Trial("a", "18", "worker_down", ("worker_down",)), "✔ worker_down"),
        (
            Trial("a", "18", "worker_down", ("worker_down", "slot_lost")),
            "✔ worker_down + slot_lost",
        ),
        (Trial("a", "18", "worker_down", ("slot_lost",)), "~ not worker_down + slot_lost"),
        (
            Trial("a", "18", "worker_down", ("worker_down",), alerts=3),
            "~ worker_down in 3 alerts",
        ),
        (Trial("a", "18", "worker_down"), "✘ not worker_down"),
        (Trial("a", "18", None), "✔"),
        (Trial("a", "18", None, ("worker_down",)), "✘ not quiet + worker_down"),
        (Trial("a", "18", "worker_down", problem="Error: it\nfailed"), "✘ Error: it"),
        (
            Trial("a", "18", "worker_down", ("worker_down",), residue=("slot_lost",)),
            "✔ worker_down (after the fix still: slot_lost)",
        ),
    ],
    ids=[
        "named",
        "named, with noise",
        "detected, not named",
        "repeated",
        "missed",
        "quiet",
        "false alarm",
        "error",
        "residue",
    ],
)
def test_what_was_reported_stands_beside_what_should_have_been(trial: Trial, text: str) -> None:
    assert text == cause(trial).plain


def test_the_document_is_json_with_verdicts_and_totals() -> None:
    trial = Trial("a", "18", "worker_down", ("worker_down",), 7.9, BaselineVerdict.STOPPED)
    written = json.loads(json.dumps(document([trial], ["17"])))
    assert ["17"] == written["left_out_versions"]
    assert {"verdict": "detected", "named": True, "baseline": "stopped", "seconds": 7.9} == {
        key: written["trials"][0][key] for key in ("verdict", "named", "baseline", "seconds")
    }
    assert (1, 1) == (written["totals"]["detected"], written["totals"]["baseline_named"])
