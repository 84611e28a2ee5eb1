"""How long whoever waits for real work goes on before it says so. Development only.

Only a hang takes longer: on no machine, however busy, may the time that work takes decide a test.
pytest's own limit (pyproject.toml) is three times this, so that what waits can say what for.
"""

from typing import Final

HANG_SECONDS: Final = 300
