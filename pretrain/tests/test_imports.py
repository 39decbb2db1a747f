"""Pre-training needs torch and numpy, and of handful only what needs numpy alone."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "handful_pretrain"
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)

BLOCKED = """
import sys
from importlib import abc
sys.path[:0] = {path!r}
import torch                      # what torch itself brings is its own affair
brought = set(sys.modules)

class Block(abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in {{"torch", "numpy", "handful", "handful_pretrain"}}:
            return None
        if name in brought or top in {{module.partition(".")[0] for module in brought}}:
            return None
        raise ImportError(name + " is not to be imported here")

sys.meta_path.insert(0, Block())
for top in ("scipy", "sklearn", "pandas", "polars", "matplotlib"):
    assert top not in sys.modules, top
import {module}
heavy = {{"scipy", "sklearn", "pandas", "polars"}} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize("group", [MODULES])
def test_torch_numpy_and_the_light_part_of_handful_are_enough(group: list[str]) -> None:
    root = PACKAGE.parents[2]
    code = BLOCKED.format(path=[str(root / "pretrain" / "src"), str(root / "src")], module=", ".join(group))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
