"""What every test runs under."""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

# the same examples in every run and on every machine; no deadline, for a shared machine is slow at times
settings.register_profile(
    "handful", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("handful")

# vectors are kept from one test to the next, and nobody's own cache is touched
os.environ["HANDFUL_CACHE"] = str(Path(tempfile.gettempdir()) / "handful-test-cache")
