"""The facts that the tests share: to study a learner takes a second."""

import pytest

from handful import Learner
from handful.report.study import study
from tests.tables import flowers


@pytest.fixture(scope="session", params=["kind", "weight", "day"])
def facts(request):
    table = flowers(36)
    return study(Learner(request.param).fit(table), table)
