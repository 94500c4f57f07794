from pathlib import Path

import pytest
from contract.folder import loaded, write

from wsrecord.contract.lint import lint, lint_path
from wsrecord.contract.lint.remark import CODES

SCHEMAS = Path(__file__).parents[3] / "schemas"
CLOSED = {
    "type": "object",
    "properties": {"type": {"const": "a"}, "run": {"type": "string"}},
    "additionalProperties": False,
}
OTHER = {"type": "object", "properties": {"type": {"enum": ["b", "c"]}}, "additionalProperties": False}
BOTH = "name: /type\nserver: {a: a.json, b: b.json}\n"


def remarks(tmp_path, text, **files):
    return {(one.code, one.level): one.text for one in lint(loaded(tmp_path, text, **files))}


def test_the_demos_own_contract_is_sound():
    assert lint_path(SCHEMAS) == []


def test_a_contract_that_can_not_be_loaded_is_a_remark(tmp_path):
    [remark] = lint_path(write(tmp_path, "server: {a: nope.json}"))
    assert (remark.level, remark.code) == ("error", "unusable")
    assert "there is no file nope.json" in remark.text


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (
            "flows: {f: {order: a b}}\nkeys: {run: /run}",
            "key-unused",
            "no flow, rule or budget uses the key run",
        ),
        (
            "flows: {f: {order: a b}}\nkeys: {run: /rn}\nrules: [{unique: {of: /type, per: run}}]",
            "key-nowhere",
            "speaks of /rn",
        ),
        ("flows: {f: {order: a+}}", "event-no-flow", "no flow mentions server:b"),
        (
            "flows: {f: {order: a b, key: /run}}",
            "flow-key-nowhere",
            "flows.f: server:b can't carry run; say so under unkeyed:",
        ),
        ("flows: {f: {order: (a a | a a) b}}", "flow-two-readings", "flows.f: "),
        ('flows: {p: {order: "a+ b?"}, q: {order: b, inside: p}}', "flow-parent-ends-at-once", "flows.p: "),
        ("rules: [{unique: a#/rn}]", "place-impossible", "a#/rn: the schema of server:a has no such place"),
        ("rules: [{unique: /nowhere}]", "place-impossible", "/nowhere: the schema of any event"),
        ("rules: [{unique: a#/run/deeper}]", "place-impossible", "a#/run/deeper"),
        ("isolation: {user: b#/user, values: [/run]}", "place-impossible", "b#/user"),
        ("rules: [{echo: {from: a#/run, in: b#/re}}]", "place-impossible", "b#/re"),
        ("rules: [{concat: {of: a#/x, is: b#/y}}]", "place-impossible", "#/"),
        ("links: [{from: a#/rn, to: /run}]", "place-impossible", "a#/rn: the schema of server:a"),
    ],
)
def test_what_can_not_be_meant_is_remarked_on(tmp_path, text, code, said):
    found = {one.code: one.text for one in lint(loaded(tmp_path, BOTH + text, a=CLOSED, b=OTHER))}
    assert said in found[code]


def test_a_name_that_the_schema_does_not_have_is_never_met(tmp_path):
    found = remarks(tmp_path, "name: /type\nserver: {x: a.json}", a=CLOSED)
    assert found["name-unreachable", "error"].startswith('server:x: its schema wants "a" at /type')
    assert remarks(tmp_path / "ok", "name: /type\nserver: {b: b.json}", b=OTHER) == {}


def test_a_place_for_names_that_no_schema_has_is_a_slip_of_the_pen(tmp_path):
    text = "name: /typ\nserver: {a: a.json, b: b.json}\nflows: {f: {order: a b}}"
    closed = remarks(tmp_path / "closed", text, a=CLOSED, b=OTHER)
    assert closed["name-nowhere", "error"] == (
        "name: /typ: no schema of an event speaks of this place, not those of server:a and server:b"
        "; their names stand at /type: is it that one?"
    )
    loose = [{**schema, "additionalProperties": True} for schema in (CLOSED, OTHER)]
    assert ("name-nowhere", "warning") in remarks(tmp_path / "open", text, a=loose[0], b=loose[1])


@pytest.mark.parametrize(
    "text",
    [
        "name: /type\nserver: {a: a.json, b: b.json}",
        "name: /kind\nserver: {a: {required: [kind]}}",  # schemas that speak of nothing say nothing of it
        "name: /kind\nserver: {a: null}",
        "name: /kind\nserver: {a: {properties: {text: {type: string}}}}",  # nor do those that leave it out
        "name: /typ\nserver: {a: {schema: a.json, when: {/type: a}}}",
        "codec: json-rpc\nname: /typ\nserver: {a: a.json}",
    ],
)
def test_a_place_for_names_that_may_be_meant_is_left_alone(tmp_path, text):
    assert not {code for code, _ in remarks(tmp_path, text, a=CLOSED, b=OTHER)} & {"name-nowhere"}


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ("x: {schema: b.json, when: {/type: a}}", "when-impossible"),
        ("x: {schema: b.json, when: {/gone: {present: true}}}", "when-impossible"),
        ("x: {when: {/k: 1}}, y: {when: {/k: [1, 2], /l: 1}}, z: {when: {/k: 1, /l: 1}}", "when-shadowed"),
        ("x: {when: {/k: true}}, y: {when: {/k: {present: true}}}", "when-shadowed"),
        ("y: null, z: {when: {/type: y}}", "when-shadowed"),
    ],
)
def test_conditions_that_can_not_hold_or_hold_twice(tmp_path, events, code):
    found = remarks(tmp_path, f"name: /type\nserver: {{{events}}}", b=OTHER)
    assert (code, "error") in found


def test_conditions_that_tell_events_apart_are_no_oddity(tmp_path):
    text = """
        server:
          x: {schema: true, when: {/k: 1}}
          y: {schema: true, when: {/k: true}}
          z: {schema: true, when: {/k: 2, /l: 1}}
    """
    assert remarks(tmp_path, text) == {}


def test_schemas_are_read_for_slips_of_the_pen(tmp_path):
    odd = {
        "properties": {
            "n": {"type": "integer", "examples": [1, "2"], "minimun": 3},
            "c": {"format": "colour"},
        },
        "examples": [{"n": 1}, {"n": "x"}],
        "x-owner": "us",
    }
    found = lint(loaded(tmp_path, "server: {a: a.json, b: null}", a=odd, old={}))
    assert [(one.level, one.code) for one in found] == [
        ("error", "schema-bad-example"), ("error", "schema-bad-example"),
        ("warning", "schema-unknown-keyword"),
        ("warning", "schema-unused"), ("info", "schema-unchecked-format"), ("info", "event-no-schema"),
    ]  # fmt: skip
    assert "minimun is no keyword" in found[2].text
    assert found[1].text == 'example 2: the value: expected integer, got "2"'
    assert "a.json:1:" in found[0].where


def test_a_place_that_an_open_schema_leaves_open_is_a_warning(tmp_path):
    found = remarks(tmp_path, "server: {a: {type: object}}\nrules: [{unique: a#/id}]")
    assert ("place-unspecified", "warning") in found


def test_every_code_is_listed(tmp_path):
    source = "".join(
        path.read_text() for path in (Path(__file__).parents[3] / "wsrecord/contract/lint").glob("*.py")
    )
    for code in CODES:
        assert source.count(f'"{code}"') >= 2, code
