"""What is loaded before there is work to do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LIGHT = {"handful", "click", "numpy"}


def loaded_after(statement: str) -> set[str]:
    code = f"import sys, json\n{statement}\njson.dump(sorted({{m.split('.')[0] for m in sys.modules}}), sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(done.stderr))


@pytest.mark.parametrize(
    "statement",
    [
        "import handful",
        "from handful.cli.main import run; assert run(['--help']) == 0",
        "from handful.cli.main import run; assert run(['--version']) == 0",
        "from handful.cli.main import run; assert run(['fill', '--help']) == 0",
    ],
)
def test_nothing_heavy_is_loaded_before_there_is_work(statement):
    loaded = loaded_after(statement) - loaded_after("pass")  # an environment may load something at its start
    assert loaded - sys.stdlib_module_names <= LIGHT


def test_filling_a_frame_loads_neither_command_line_nor_report():
    statement = (
        "import polars, handful\n"
        "table = polars.DataFrame({'x': [1., 2., 3., 4., 5., 6.], 'y': ['a', 'a', 'b', 'b', None, None]})\n"
        "handful.fill(table)"
    )
    assert loaded_after(statement) & {"click", "jinja2", "fastexcel", "xlsxwriter", "torch"} == set()


def test_public_names_stay_what_they_are_when_their_modules_are_loaded():
    statement = (
        "import handful, handful.filling\n"
        "import handful.learner, handful.estimators\n"
        "for name in handful.__all__: assert callable(getattr(handful, name)), name\n"
        "for name in handful.__all__: assert callable(getattr(handful, name)), name"
    )
    assert "handful" in loaded_after(statement)
