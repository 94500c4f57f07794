"""Tables in, settings out; what is mistyped is told by file and key."""

import tomllib

import pytest

from wsrecord.config.parse import parse
from wsrecord.config.settings import Fuzz, Settings
from wsrecord.errors import UsageError


def read(text: str, name: str = "tool.wsrecord") -> Settings:
    return parse(tomllib.loads(text), file="pyproject.toml", name=name)


def test_every_key_has_its_place() -> None:
    assert read("""
        contract = "contracts/agent"
        fail-on = "warning"
        accepted = "known.yaml"
        min_coverage = 80
        min_score = 92.5
        severity = { WS102 = "breaking", open-at-end = "warning" }

        [fuzz]
        targets = ["ws://localhost:8000/*"]
        database = "redis://finds.example/2"
        profile = "nightly"
        profiles = "tests/profiles.py"
    """) == Settings(
        file="pyproject.toml",
        contract=("contracts/agent",),
        fail_on="warning",
        accepted="known.yaml",
        min_coverage=80.0,
        min_score=92.5,
        severity={"WS102": "breaking", "WS206": "warning"},
        fuzz=Fuzz(
            targets=("ws://localhost:8000/*",),
            database="redis://finds.example/2",
            profile="nightly",
            profiles="tests/profiles.py",
        ),
    )


def test_nothing_is_required() -> None:
    assert read("") == Settings(file="pyproject.toml")


def test_several_contracts_are_a_list() -> None:
    assert read('contract = ["a", "b"]').contract == ("a", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contracts = 'a'", "there is no key `contracts` in [tool.wsrecord]: did you mean contract?"),
        ("colour = true", "there is no key `colour` in [tool.wsrecord]; there is contract, fail_on,"),
        ("fail_on = 'breakin'", "`tool.wsrecord.fail_on` must be one of breaking, warning, info, never, "
         "not 'breakin': did you mean breaking?"),
        ("fail_on = 1", "must be one of breaking, warning, info, never, not 1"),
        ("fail_on = 'never'\nfail-on = 'info'", "`tool.wsrecord.fail-on` stands twice"),
        ("contract = 5", "`tool.wsrecord.contract` must be a string or a list of strings, not 5"),
        ("contract = ['a', 5]", "`tool.wsrecord.contract` must be a string, not 5"),
        ("accepted = ''", "`tool.wsrecord.accepted` must be a string"),
        ("min_coverage = 101", "`tool.wsrecord.min_coverage` must be a number from 0 to 100, not 101"),
        ("min_coverage = true", "must be a number from 0 to 100, not True"),
        ("min_score = nan", "must be a number from 0 to 100, not nan"),
        ("min_score = '9'", "must be a number from 0 to 100, not '9'"),
        ("severity = 'info'", "`tool.wsrecord.severity` must be a table"),
        ("severity = {WS999 = 'info'}", "`tool.wsrecord.severity.WS999` is no code"),
        ("severity = {unknown-evnt = 'info'}", "is no code: did you mean unknown-event?"),
        ("severity = {WS102 = 'off'}", "`tool.wsrecord.severity.WS102` must be one of breaking"),
        ("severity = {WS102 = 'info', unknown-event = 'info'}", "stands twice: WS102 and"),
        ("fuzz = 1", "`tool.wsrecord.fuzz` must be a table"),
        ("fuzz = {target = 'a'}", "there is no key `target` in [tool.wsrecord.fuzz]: did you mean targets?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_key_and_a_hint(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(text)
    assert str(error.value).startswith("pyproject.toml: ")
    assert said in str(error.value)


def test_a_file_of_our_own_has_no_table_around_it() -> None:
    with pytest.raises(UsageError, match=r"^f: `fail_on` must"):
        parse({"fail_on": 1}, file="f")
    with pytest.raises(UsageError, match=r"^f: there is no key `x`; there is contract"):
        parse({"x": 1}, file="f")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("contrct = 'a'", "contract"),
        ("Fail-On = 'info'", "fail_on"),
        ("min-covrage = 80", "min_coverage"),
        ("[severty]", "severity"),
        ("[severity]\nschema-invald = 'info'", "schema-invalid"),
        ("[severity]\nschema-invalid = 'warn'", "warning"),
        ("[fuz]", "fuzz"),
        ("[fuzz]\ntargts = []", "targets"),
        ("[fuzz]\nprofil = 'ci'", "profile"),
    ],
)
def test_a_slip_of_the_pen_is_put_right_at_every_level(text: str, meant: str) -> None:
    for name in ("", "tool.wsrecord"):
        with pytest.raises(UsageError, match=rf"did you mean {meant}\?"):
            read(text, name)


def test_what_was_copied_from_pyproject_is_told_so() -> None:
    with pytest.raises(UsageError, match=r"no key `tool`; .* stand at the top, without that line"):
        read("[tool.wsrecord]\ncontract = 'a'", "")
