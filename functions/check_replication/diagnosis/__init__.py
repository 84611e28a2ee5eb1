"""From what was seen to what is wrong. Pure.

In the order of the pipeline: `settling` says whether another sample is needed, `history` compares
with the last check, `subscription` judges each subscription by what its own server shows,
`publisher` adds what only the publisher knows; `lags` are for the metrics.
Sources of the rules: PostgreSQL manual, the views named in the snapshots.
"""

from functions.check_replication.diagnosis.diagnose import diagnose
from functions.check_replication.diagnosis.history import Histories, compare, to_remember
from functions.check_replication.diagnosis.lags import Lag, lags
from functions.check_replication.diagnosis.samples import (
    Interruption,
    Publishers,
    PublisherSamples,
    Samples,
)
from functions.check_replication.diagnosis.settling import unsettled, unsettled_publisher
from functions.check_replication.diagnosis.watched import databases_not_watched

__all__ = [
    "Histories",
    "Interruption",
    "Lag",
    "PublisherSamples",
    "Publishers",
    "Samples",
    "compare",
    "databases_not_watched",
    "diagnose",
    "lags",
    "to_remember",
    "unsettled",
    "unsettled_publisher",
]
