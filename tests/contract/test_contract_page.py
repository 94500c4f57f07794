"""docs/contract.md names every key, rule, format and code that there is, and its examples load."""

from pathlib import Path
from textwrap import dedent

import pytest
from contract.folder import loaded

from wsrecord.contract import formats, fragments, patterns, values
from wsrecord.contract.lint.remark import CODES
from wsrecord.contract.parts import events, flows, links, rules, session

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text()
SECTIONS = {
    "## Keys at the top": fragments.KEYS,
    "### `applies`": session.APPLIES_KEYS,
    "### `server`, `client`": (*events.EVENT_KEYS, *events.CONDITION_KEYS),
    "### `flows`": flows.FLOW_KEYS,
    "### `rules`": (
        *rules.RULES,
        *rules.ECHO_KEYS,
        *rules.CONCAT_KEYS,
        *rules.ANSWER_KEYS,
        *rules.VALUE_KEYS,
    ),
    "### `handshake`": (*session.HANDSHAKE_KEYS, *session.REFUSE_KEYS),
    "### `isolation`": session.ISOLATION_KEYS,
    "### `budgets`": rules.BUDGET_KEYS,
    "### `links`": (*links.PIN_KEYS, *links.IGNORE_KEYS),
}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_documented_in_its_section(title):
    section = PAGE[PAGE.index(title) + len(title) :].partition("\n##")[0]
    for key in SECTIONS[title]:
        assert any(f"{before}{key}" in section for before in ("`", "{", ", ")), key


@pytest.mark.parametrize("module", [formats, patterns, values])
def test_the_tables_of_the_code_stand_on_the_page(module):
    assert module.__doc__ is not None
    for line in module.__doc__.splitlines():
        if line.startswith("|"):
            assert line in PAGE


def test_every_code_of_lint_is_documented():
    for code, meaning in CODES.items():
        assert f"| `{code}` | {meaning} |" in PAGE


def test_the_example_loads(tmp_path):
    example = PAGE[PAGE.index("## A whole one") :].split("\n\n")[1]
    contract = loaded(tmp_path, dedent(example), agent_started={}, error={}, start_agent={})
    assert len(contract.events) == 3
