"""The house: which package may import which, how long files and functions get, what the page names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "wsrecord"
ORDER = (
    *("errors", "wire", "cassette", "codec", "contract", "judge", "dialogue", "generate"),
    *("explore", "report", "config", "live", "strategies", "cli"),
)
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# Only these may see sockets, clocks and processes; the demo server stands apart from the layers.
IMPURE = ("live", "cli", "demo", "pytest_plugin", "__main__")
IMPURE_MODULES = {
    "asyncio",
    "socket",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "selectors",
    "select",
    "signal",
}
OWNED = {"h11": ("wire", "demo"), "websockets": ("wire", "demo"), "click": ("cli",)}


def layer(path: Path) -> str:
    part = path.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every imported module by its full name: in functions and behind TYPE_CHECKING too."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_layers_above_its_own(path: Path) -> None:
    mine = layer(path)
    for name in imports(path):
        parts = name.split(".")
        if (
            parts[0] != "wsrecord"
            or len(parts) < 2
            or (not (PACKAGE / parts[1]).exists() and not (PACKAGE / f"{parts[1]}.py").exists())
        ):
            continue
        theirs = parts[1]
        if mine == "demo":
            assert theirs == "demo", f"the demo knows nothing of the layers, but imports {name}"
        elif mine in ORDER:
            if theirs == "demo":
                assert mine == "cli", f"{name}: only the command line knows the demo"
                continue
            assert theirs in ORDER, name
            assert ORDER.index(theirs) <= ORDER.index(mine), f"{mine} must not import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_above_live_is_pure(path: Path) -> None:
    if layer(path) in IMPURE:
        return
    found = {name.split(".")[0] for name in imports(path)} & IMPURE_MODULES
    assert not found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_imported_by_the_layer_that_owns_it(path: Path) -> None:
    for name in imports(path):
        owners = OWNED.get(name.split(".")[0])
        assert owners is None or layer(path) in owners, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorated = (
                min([node.lineno, *(d.lineno for d in node.decorator_list)]) if node.decorator_list else 0
            )
            options = node.lineno - decorated if decorated else 0  # a command's options are not its body
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name}: {length} lines ({options} of options)"


def test_the_page_names_every_package_and_file_that_there_is() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`([a-z_]+/(?:[a-z_]+/)?[a-z_]*(?:\.py)?)`", page))
    for name in named:
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), (
            f"the page names {name}, which is not there"
        )
    for path in FILES:
        relative = path.relative_to(PACKAGE)
        if path.name == "__init__.py" or len(relative.parts) == 1:
            continue
        folder = f"{'/'.join(relative.parts[:-1])}/"
        assert (
            str(relative) in named
            or (folder in named and relative.parts[0] in ("demo", "cli"))
            or (folder in named and len(relative.parts) == 3)
        ), f"the page does not name {relative}"


def test_every_test_sits_where_its_subject_does() -> None:
    for path in (ROOT / "tests").rglob("test_*.py"):
        relative = path.relative_to(ROOT / "tests")
        if len(relative.parts) == 1 or relative.parts[0] in ("real", "quality", "benchmarks", "support"):
            continue
        assert (PACKAGE / relative.parent).is_dir(), relative


def test_no_mock_library_and_no_patched_internals_in_tests() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        if path == Path(__file__):
            continue
        text = path.read_text()
        assert not re.search(r"unittest\.mock|\bmocker\b|monkeypatch\.setattr|\bMagicMock\b", text), path
