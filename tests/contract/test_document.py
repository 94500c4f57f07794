import pytest

from wsrecord.contract.document import read
from wsrecord.errors import ContractError


def value(text, file="c.yaml"):
    return read(text, file).value


def refusal(text, file="c.yaml"):
    with pytest.raises(ContractError) as caught:
        read(text, file)
    return str(caught.value)


@pytest.mark.parametrize("text",
["on", "off", "yes", "No", "TRUE", "Null", "012", "0o17", "0x1F", "1:30", "1:30:00",
    "2024-01-01", "2024-01-01T00:00:00Z", "1_000", ".5", "5.", "0b11", ".inf", ".NaN", "08.5"])  # fmt: skip
def test_what_yaml_parsers_disagree_on_is_refused_until_it_is_quoted(text):
    assert refusal(f"a: {text}").startswith(
        f"c.yaml:1:4: {text} is read differently by different YAML parsers"
    )
    assert refusal(f"{text}: a").startswith(f"c.yaml:1:1: {text} is read differently")
    assert value(f'a: "{text}"') == {"a": text}
    assert value(f"'{text}': a") == {text: "a"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1", 1), ("-7", -7), ("0", 0), ("1.5", 1.5), ("1e3", 1000.0), ("true", True), ("null", None),
    ("~", None),
     ("", None), ("1s", "1s"), ("agent.v1", "agent.v1"), ("/run_id", "/run_id"),
     ("error#/code", "error#/code"), ("n", "n")],
)  # fmt: skip
def test_plain_scalars_are_what_both_versions_of_yaml_say(text, meant):
    found = value(f"a: {text}")["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "c.yaml:3:1: the name 'a' is there twice; keep one"),
        ("1: a", "c.yaml:1:1: a name is a string, and 1 is none; write \"1\" in quotes"),
        ("true: a", "c.yaml:1:1: a name is a string, and true is none"),
        ("? [a]\n: b", "c.yaml:1:3: a name is a string, not a list or a mapping"),
        ("x: &a\n  b: *a", "c.yaml:1:4: an alias that contains itself"),
        ("x: *nowhere", "c.yaml:1:4: not YAML: found undefined alias"),
        ("x: &b {c: 1}\ny:\n  <<: *b", "c.yaml:3:3: << is not part of YAML 1.2"),
        ("x: !!python/object/apply:os.system [ls]", "c.yaml:1:4: the tag"),
        ("x: !mine 1", "c.yaml:1:4: the tag"),
        ("a: b: c", "a text with ': ' in it goes in quotes"),
        ("a:\n\tb: 1", "indent with spaces"),
        ("a: @b", "goes in quotes"),
        ("a: 1\n---\nb: 2", "c.yaml:2:1: not YAML"),
        ("", "c.yaml: the file is empty"),
        ("[" * 100, "c.yaml:1:65: nested too deeply; at most 64 levels"),
        ('a: "\\ud83d"', "half of a surrogate pair"),
        ("a: \x07", "c.yaml: not YAML"),
    ],
)  # fmt: skip
def test_an_error_names_the_place_and_the_way_out(text, said):
    assert said in refusal(text)


def test_a_bomb_of_aliases_is_refused_before_it_goes_off():
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
    )
    assert "its aliases make it larger than a file may be" in refusal(bomb)


def test_aliases_are_allowed():
    assert value("a: &x {k: [1]}\nb: *x") == {"a": {"k": [1]}, "b": {"k": [1]}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a":1,\n "a":2}', "c.json:2:2: the name 'a' is there twice"),
        ('{"a":NaN}', "c.json: NaN is no JSON"),
        ('{"a":\n\t[1,}', "c.json:2:5: not JSON"),
        ('{"a":' * 90 + "1" + "}" * 90, "c.json: nested too deeply"),
        ("[" * 100_000, "c.json: nested too deeply"),
        ("{a: 1}", "c.json:1:2: not JSON"),
    ],
)
def test_json_is_read_as_strictly(text, said):
    assert refusal(text, "c.json").startswith(said)


def test_every_value_knows_its_place():
    document = read("a:\n  - b: 1\n    c: [x, y]\n", "c.yaml")
    assert document.where(("a", 0, "b")) == "c.yaml:2:5"
    assert document.where(("a", 0, "c", 1)) == "c.yaml:3:12"
    assert document.where(("a", 0, "gone", "deeper")) == "c.yaml:2:5"
    assert read('{\n\t"a": [1, {"b": 2}]\n}', "c.json").where(("a", 1, "b")) == "c.json:2:12"


def test_a_file_of_another_kind_is_no_contract():
    assert "larger than 4 MiB" in refusal("x" * (5 << 20))


def test_days_and_silence_are_read_where_they_are_wanted():
    assert read("a: 2027-01-31", "c.yaml", dates=True).value == {"a": "2027-01-31"}
    assert read("a: 2027-01-31 10:00:00", "c.yaml", dates=True).value == {"a": "2027-01-31 10:00:00"}
    assert read("# nothing\n", "c.yaml", empty=True).value is None
    with pytest.raises(ContractError, match="1:30 is read differently"):
        read("a: 1:30", "c.yaml", dates=True)


def test_a_value_has_its_line():
    document = read("a:\n  b: 1\n", "c.yaml")
    assert [document.line(path) for path in ((), ("a", "b"), ("a", "b", "gone"))] == [1, 2, 2]
