"""What `pip install .` downloads, in MB, written into the README between its markers."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

README = Path("README.md")
SECTION = re.compile(r"(?<=<!-- install size -->\n).*?(?=<!-- end -->)", re.DOTALL)

with tempfile.TemporaryDirectory() as folder:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--wheel-dir", folder, "."], check=True)
    sizes = {wheel.name.split("-")[0]: wheel.stat().st_size / 1e6 for wheel in Path(folder).glob("*.whl")}

for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
    print(f"{size:6.1f} MB  {name}")
where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
largest = sorted(sizes, key=lambda name: -sizes[name])[:4]
parts = ", ".join(f"{name.replace('_', '-')} {sizes[name]:.0f}" for name in largest)
whole = f"{sum(sizes.values()):.0f} MB in {len(sizes)} wheels"
line = f"`pip install .` downloads {whole} ({parts}; {where}; `make size`).\n"
print(line)
README.write_text(SECTION.sub(lambda _: line, README.read_text(encoding="utf-8")), encoding="utf-8")
