"""What every test runs under."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples in every run and on every machine; no deadline, for a shared machine is slow at times
settings.register_profile(
    "handful", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("handful")

# vectors are kept from one test to the next, and nobody's own cache is touched
os.environ["HANDFUL_CACHE"] = str(Path(tempfile.gettempdir()) / "handful-test-cache")

# no optional weights, as most people have none; a test marked `weights` runs with what is installed here
# (a worker of pytest-xdist begins with the environment that its parent has changed already)
INSTALLED = os.environ.setdefault("HANDFUL_TEST_WEIGHTS", os.environ.get("HANDFUL_DATA", ""))
os.environ["HANDFUL_DATA"] = str(Path(tempfile.gettempdir()) / "handful-test-no-weights")


@pytest.fixture(autouse=True)
def optional_weights(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test marked `weights("writer")` runs with; it is skipped where these are not installed."""
    asked = request.node.get_closest_marker("weights")
    if asked is None:
        return
    from handful.weights.place import installed

    monkeypatch.setenv("HANDFUL_DATA", INSTALLED)
    if installed(asked.args[0]) is None:
        pytest.skip(f"needs the weights of `handful get {asked.args[0]}`")
