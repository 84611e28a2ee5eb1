"""From what was seen to what is wrong. Pure.

In the order of the pipeline: `settling` says whether another sample is needed, `subscription`
judges each subscription by what its own server shows, `publisher` adds what only the publisher
knows.
Sources of the rules: PostgreSQL manual, the views named in the snapshots.
"""

from functions.check_replication.diagnosis.diagnose import diagnose
from functions.check_replication.diagnosis.samples import Interruption, PublisherSamples, Samples
from functions.check_replication.diagnosis.settling import unsettled, unsettled_publisher

__all__ = [
    "Interruption",
    "PublisherSamples",
    "Samples",
    "diagnose",
    "unsettled",
    "unsettled_publisher",
]
