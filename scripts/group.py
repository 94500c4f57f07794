"""Print one dependency group of pyproject.toml, a requirement a line, for pip that knows no groups."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
print("\n".join(r for r in project["dependency-groups"][sys.argv[1]] if not r.startswith("wsrecord")))
