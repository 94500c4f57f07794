import pytest
from contract.folder import loaded, refused, write

from wsrecord.contract.load import load, load_all
from wsrecord.contract.model import (
    Answer,
    Budget,
    Concat,
    Condition,
    Echo,
    EventKey,
    Increasing,
    Refusal,
    Unique,
)
from wsrecord.errors import ContractError

FULL = """
    contract: chat
    applies: {path: [/ws, /ws/*], subprotocol: [chat.v1, null]}
    codec: {prefix: {until: " "}}
    name: /type
    server:
      started: started.json
      delta: {schema: {type: object}, when: {/type: delta, /kind: [a, b], /gone: {present: false}}}
      done: null
      pong: "started.json#/$defs/pong"
    client:
      start: {type: object}
      ping: true
      done: null
    unknown: error
    keys: {run: [/run_id, start#/id], call: /call}
    flows:
      run:
        key: run
        unkeyed: {done: skip}
        order: start started (delta)* server:done
      part: {key: [run, /index], inside: run, but: server:done, order: "delta+", reuse: true}
      all: {key: [], unkeyed: all, order: "ping pong | ping", scope: user, dedupe: /event_id}
    rules:
      - increasing: /seq
      - increasing: {of: started#/n, per: run}
      - unique: {of: /event_id}
      - echo: {from: start#/id, in: started#/reply_to}
      - concat: {of: delta#/text, is: server:done#/text, per: run}
      - answer: {to: start, with: [started], within: 250ms, per: [run]}
    handshake: {subprotocol: chat.v1, refuse: [{without: [authorization, token], status: [401, 403]}]}
    closes: [1008, 4400]
    refusable: [start, "client:ping"]
    isolation: {user: started#/user, values: [/user, /run_id], shared: [started#/room]}
    budgets: [{from: [start, ping], to: started, within: 2m, per: call}]
"""
STARTED = {"properties": {"type": {"const": "started"}}, "$defs": {"pong": {"type": "object"}}}


def test_all_that_a_contract_can_say_is_read(tmp_path):
    contract = loaded(tmp_path, FULL, started=STARTED)
    started, start, done = (
        EventKey("server", "started"),
        EventKey("client", "start"),
        EventKey("server", "done"),
    )
    delta = EventKey("server", "delta")
    assert contract.name == "chat"
    assert contract.applies.paths == ("/ws", "/ws/*")
    assert contract.applies.subprotocols == ("chat.v1", None)
    assert (contract.codec.name, contract.codec.options) == ("prefix", {"until": " "})
    assert contract.name_at == ("type",)
    assert contract.unknown == "error"
    assert [str(key) for key in contract.events] == [
        "server:started", "server:delta", "server:done", "server:pong", "client:start", "client:ping",
        "client:done",
    ]  # fmt: skip
    assert contract.events[done].schema is None
    assert contract.events[delta].when == (
        Condition(("type",), ("delta",)), Condition(("kind",), ("a", "b")),
        Condition(("gone",), present=False),
    )  # fmt: skip
    pong = contract.events[EventKey("server", "pong")].schema
    assert pong is not None
    assert not pong.is_valid(1)
    assert contract.keys["run"].of(start) == (("id",),)
    assert contract.keys["run"].of(started) == (("run_id",),)
    assert contract.keys["index"].pointers == (("index",),)
    assert contract.flows["part"].spec.key == ("run", "index")
    assert contract.flows["part"].parent is contract.flows["run"]
    assert contract.flows["all"].spec.dedupe == "event_id"
    kinds = [Increasing, Increasing, Unique, Echo, Concat, Answer]
    assert [type(rule) for rule in contract.rules] == kinds
    answer = contract.rules[-1]
    assert isinstance(answer, Answer)
    assert (answer.to, answer.answers, answer.within, answer.per) == (
        (start,),
        (started,),
        250_000_000,
        ("run",),
    )
    assert contract.closes == {1008, 4400}
    assert contract.refusable == {"start", "ping"}
    assert contract.handshake is not None
    assert contract.handshake.refuse[0] == Refusal(
        ("authorization", "token"), (401, 403), contract.handshake.refuse[0].where
    )
    assert contract.isolation is not None
    assert contract.isolation.user is not None
    assert contract.isolation.user.selects(started)
    [budget] = contract.budgets
    assert isinstance(budget, Budget)
    assert budget.within == 120 * 10**9
    assert contract.unused == ()


def test_json_says_the_same(tmp_path):
    (tmp_path / "contract.json").write_text('{"contract": "c", "server": {"a": {"type": "object"}}}')
    assert load(tmp_path / "contract.json").name == load(tmp_path).name == "c"


def test_a_contract_without_a_name_has_its_folders(tmp_path):
    assert loaded(tmp_path / "chat", "server: {a: null}").name == "chat"


BASE = "server: {a: null, b: null}\nclient: {c: null, b: null}\nkeys: {run: /r}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("servers: {a: null}", "contract.yaml:1:1: servers: no such key; did you mean server?"),
        ("{}", "contract.yaml: no event is named"),
        ("[1]",
        "contract.yaml:1:1: expected a mapping such as {contract: NAME, server: {…}}, found a list of 1"),
        ("server: [a]", "contract.yaml:1:1: server: expected a mapping, found a list of 1"),
        ("server: {a: 5}", "server.a: expected a schema's file, a schema, null for none"),
        ("server: {/a: null}", "an event's name doesn't begin with /"),
        ("server: {a: nope.json}", "server.a: there is no file nope.json in FOLDER"),
        ("server: {a: ../x.json}", "leads out of the contract's folder"),
        ("server: {a: https://x/y.json}", "nothing is fetched; copy it there"),
        ("server: {a: {schema: null, wen: {}}}", "server.a.wen: no such key; did you mean when?"),
        ("server: {a: {when: {}}}", "no condition: leave `when` out"),
        ("server: {a: {when: {type: x}}}", "server.a.when.type: a pointer begins with /"),
        ("server: {a: {when: {/t: {is: x}}}}", "server.a.when./t.is: no such key"),
        ("server: {a: {when: {/t: []}}}", "an empty list allows nothing"),
        ("server: {a: {when: {/t: [[1]]}}}", "a condition compares with texts, numbers"),
        ("server: {a: {when: {/t: {present: 1}}}}", "expected true or false, found 1"),
        ("server: {a: {type: strin}}", "server/a/type: not a schema:"),
        ("server: {a: {$ref: 'http://x/y'}}",
        "http://x/y is not in the contract's folder, and nothing is fetched"),
        ("server: {a: {$ref: '#/$defs/x'}}", "there is no #/$defs/x"),
        ("server: {a: {$schema: 'http://json-schema.org/draft-07/schema#'}}",
        "schemas are of draft 2020-12 here"),
        ("server: {a: {properties: {b: {pattern: '[]'}}}}", "the pattern []: an empty set"),
        ("server: {a: {dependencies: {}}}", "dependencies is of an older draft"),
        (BASE + "codec: jsn", "codec: there is no codec 'jsn'"),
        (BASE + "codec: {json: {x: 1}}", "contract.yaml:4:1: codec: "),
        (BASE + "name: type", "contract.yaml:4:1: name: a pointer begins with /: /type"),
        (BASE + "unknown: maybe", "unknown: expected allow, warn or error, found 'maybe'"),
        (BASE + "applies: {path: ws}", "applies.path: a path begins with / and has no query: ws"),
        (BASE + "applies: {pth: /ws}", "applies.pth: no such key; did you mean path?"),
        (BASE + "keys: {run: 5}", "contract.yaml:4:1: the name 'keys' is there twice"),
        (BASE + "flows: {f: {order: a x}}", "flows.f.order: there is no event x"),
        (BASE + "flows: {f: {order: a (}}", "flows.f.order: expected a name or (, found the end"),
        (BASE + "flows: {f: {ordr: a}}", "flows.f.ordr: no such key; did you mean order?"),
        (BASE + "flows: {f: {key: [rn], order: a}}", "there is no key rn under keys: (there is run)"),
        (BASE + "flows: {f: {order: a, inside: g}}", "contract.yaml:4:9: flows.f.inside: there is no flow g"),
        (BASE + "flows: {f: {order: a, unkeyed: maybe}}", "flows.f.unkeyed: expected all or skip"),
        (BASE + "flows: {f: {order: a, reuse: 1}}", "flows.f.reuse: expected true or false, found 1"),
        (BASE + "rules: [{increasng: /a}]", "rules[0].increasng: no such key; did you mean increasing?"),
        (BASE + "rules: [{unique: /a, increasing: /b}]", "a rule has one kind"),
        (BASE + "rules: [{unique: 5}]", "rules[0].unique: expected a mapping such as /event_id, found 5"),
        (BASE + "rules: [{echo: {from: a#/x}}]", "rules[0].echo: in is missing"),
        (BASE + "rules: [{concat: {of: /x, is: a#/y}}]",
        "rules[0].concat.of: the pieces and the whole stand in different events"),
        (BASE + "rules: [{answer: {to: b, with: a}}]",
        "both sides have an event b: write server:b or client:b"),
        (BASE + "rules: [{answer: {to: c, with: a, within: 5}}]",
        'a bare number has no unit, write "5s" for seconds'),
        (BASE + "rules: [{answer: {to: c, with: a, within: 0s}}]", "a duration is longer than nothing"),
        (BASE + "rules: [{unique: nope#/x}]", "there is no event nope"),
        (BASE + "budgets: [{from: c, to: a}]", "budgets[0]: within is missing"),
        (BASE + "handshake: {refuse: [{without: token, status: 101}]}",
        "expected a whole number from 300 to 599, found 101"),
        (BASE + "links: [{from: a#/x}]", "links[0]: to is missing"),
        (BASE + "links: [{from: c#/x, to: c#/x}]", "links[0].from: expected an event of the server's"),
        (BASE + "links: [{from: a#/x, to: a#/x}]", "links[0].to: expected an event of the client's"),
        (BASE + "links: [{ignore: /x, from: a#/x}]", "ignore stands alone"),
        (BASE + "links: [{ignore: x}]", "expected /pointer or EVENT#/pointer"),
        (BASE + "closes: [99]", "closes[0]: expected a whole number from 1000 to 4999, found 99"),
        (BASE + "refusable: [a]", "refusable[0]: a is the server's: only what a client says is refused"),
        (BASE + "refusable: [nope]", "refusable[0]: there is no event nope"),
        (BASE + "isolation: {values: []}", "no value is named that belongs to one user"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_the_way_out(tmp_path, text, said):
    assert said in refused(tmp_path, text)


def test_every_refusal_begins_with_file_line_and_column(tmp_path):
    text = refused(tmp_path, "server:\n  a: null\nrules:\n  - answer:\n      to: a\n      wiht: a\n")
    assert text.startswith("contract.yaml:6:7: rules[0].answer.wiht: no such key; did you mean with?")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": '{"type": "object",'}, "a.json:1:19: not JSON"),
        ({"a": '{\n  "type": "strin"\n}'}, "a.json:2:3: /type: not a schema"),
        ({"a": '{\n  "$ref": "b.json"\n}'}, "a.json:2:3: /$ref: there is no file b.json beside this one"),
        ({"a": {"$ref": "b.json#/$defs/x"}, "b": {}}, "there is no b.json#/$defs/x"),
        ({"a": '{"$ref": "#/$defs/nope"}'}, "there is no #/$defs/nope"),
        ({"a": {"$ref": "../b.json"}}, "leads out of the contract's folder"),
        ({"a": {"$ref": "file:///etc/passwd"}}, "leads out of the contract's folder"),
    ],
)
def test_an_error_in_a_schema_names_its_own_file(tmp_path, files, said):
    assert said in refused(tmp_path, "server: {a: a.json}", **files)


def test_a_part_of_a_file_must_be_there(tmp_path):
    said = refused(tmp_path, 'server: {a: "a.json#/$defs/nope"}', a={"$defs": {}})
    assert said == "contract.yaml:1:10: there is no #/$defs/nope in a.json"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    folder = write(tmp_path / "c", "server: {a: a.json}")
    (folder / "a.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ContractError, match="leads out of"):
        load(folder)


def test_schemas_refer_to_each_other_by_file_part_and_id(tmp_path):
    contract = loaded(
        tmp_path,
        "server: {a: a.json}",
        a={
            "$id": "https://example.com/a.json",
            "allOf": [{"$ref": "parts/b.json#x"}, {"$ref": "urn:c#/$defs/n"}],
        },
        parts__b={
            "$id": "https://example.com/parts/b.json",
            "$defs": {"x": {"$anchor": "x", "type": "integer"}},
        },
        c={"$id": "urn:c", "$defs": {"n": {"minimum": 3}}},
    )
    schema = contract.events[EventKey("server", "a")].schema
    assert schema is not None
    assert [schema.is_valid(value) for value in (5, 1, "x")] == [True, False, False]
    assert [schema.reference.is_valid(value) for value in (5, 1, "x")] == [True, False, False]
    assert schema.validate(1)[0].schema_pointer == "c.json#/$defs/n/minimum"
    assert contract.unused == ()


def test_files_that_nothing_refers_to_are_known(tmp_path):
    assert loaded(tmp_path, "server: {a: a.json}", a={}, old={}, deep__older={}).unused == (
        "deep/older.json",
        "old.json",
    )


def test_several_contracts_have_different_names(tmp_path):
    one, two = (
        write(tmp_path / "1", "contract: x\nserver: {a: null}"),
        write(tmp_path / "2", "contract: x\nserver: {a: null}"),
    )
    with pytest.raises(ContractError, match="calls itself x too; rename one"):
        load_all([one, two])
    assert len(load_all([one])) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [("nothing", "there is no such file or folder"), ("empty", "no contract.yaml"), ("two", "keep one")],
)
def test_a_folder_without_a_contract_says_so(tmp_path, make, said):
    if make == "two":
        (tmp_path / "contract.json").write_text("{}")
        (tmp_path / "contract.yaml").write_text("{}")
    with pytest.raises(ContractError, match=said):
        load(tmp_path / "x" if make == "nothing" else tmp_path)


def test_a_file_that_is_no_text_says_where(tmp_path):
    (tmp_path / "contract.yaml").write_bytes(b"server:\xff")
    with pytest.raises(ContractError, match="not UTF-8 at byte 7"):
        load(tmp_path)


def test_links_pin_places_and_leave_others_alone(tmp_path):
    text = "server: {joined: null}\nclient: {say: null}\nlinks:\n"
    links = loaded(
        tmp_path, text + "- {from: joined#/room, to: say#/room}\n- {ignore: [/at, say#/n]}\n"
    ).links
    [pin] = links.pins
    assert (str(pin.source), str(pin.target), pin.where) == ("joined#/room", "say#/room", links.pins[0].where)
    assert [str(one) for one in links.ignore] == ["/at", "say#/n"]
