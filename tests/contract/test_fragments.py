import pytest
from contract.folder import loaded, refused, write

from wsrecord.contract.load import load
from wsrecord.errors import ContractError


def test_an_included_contract_brings_its_events_keys_flows_and_rules(tmp_path):
    write(
        tmp_path / "base",
        "name: /type\nserver: {pong: pong.json}\nkeys: {id: /id}\nrules: [{unique: /id}]",
        pong={"type": "object"},
    )
    contract = loaded(
        tmp_path / "chat", "include: [../base]\nserver: {a: null}\nflows: {f: {key: id, order: a pong}}"
    )
    assert [key.name for key in contract.events] == ["pong", "a"]
    assert contract.name_at == ("type",)
    assert len(contract.rules) == 1
    assert contract.name == "chat"


def test_what_the_contract_says_itself_goes_before_what_it_includes(tmp_path):
    write(tmp_path / "base", "contract: base\napplies: {path: /x}\nunknown: allow\nserver: {b: null}")
    contract = loaded(tmp_path / "chat", "include: ../base\nunknown: error\nserver: {a: null}")
    assert contract.unknown == "error"
    assert contract.applies.paths == ()
    assert contract.name == "chat"


def test_a_file_that_is_included_twice_counts_once(tmp_path):
    write(tmp_path / "base", "server: {b: null}")
    write(tmp_path / "one", "include: ../base\nserver: {c: null}")
    contract = loaded(
        tmp_path / "chat", "include: [../one, ../base, ../base/contract.yaml]\nserver: {a: null}"
    )
    assert [key.name for key in contract.events] == ["b", "c", "a"]


def test_a_circle_is_refused(tmp_path):
    write(tmp_path / "one", "include: ../two\nserver: {a: null}")
    write(tmp_path / "two", "include: ../one\nserver: {b: null}")
    with pytest.raises(ContractError, match="a circle of includes"):
        load(tmp_path / "one")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("include: ../base\nserver: {b: null}", "server.b: b is there already, in "),
        (
            "include: ../nope\nserver: {a: null}",
            "contract.yaml:1:1: include: there is no ../nope beside contract.yaml",
        ),
        ("include: https://x/y\nserver: {a: null}", "nothing is fetched"),
        ("include: /etc\nserver: {a: null}", "expected a path from this file on"),
        ("include: [../base, ../other]\nserver: {a: null}", "says otherwise; say it in contract.yaml itself"),
    ],
)
def test_what_can_not_be_put_together_is_refused(tmp_path, text, said):
    write(tmp_path / "base", "unknown: warn\nserver: {b: null}")
    write(tmp_path / "other", "unknown: error\nserver: {d: null}")
    assert said in refused(tmp_path / "chat", text)
