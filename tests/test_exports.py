"""What `import wsrecord` offers, and what asking for help costs."""

import subprocess
import sys

import wsrecord

HEAVY = ("hypothesis", "jsonschema", "jsonschema_rs", "rich", "websockets.asyncio", "cryptography")


def test_the_package_exports_what_it_says_and_each_export_is_there() -> None:
    assert wsrecord.__all__ == sorted(wsrecord.__all__)
    for name in wsrecord.__all__:
        assert getattr(wsrecord, name) is not None
    assert set(wsrecord.__all__) <= set(dir(wsrecord))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from wsrecord.cli.main import run\n"
        "assert run(['--help']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
