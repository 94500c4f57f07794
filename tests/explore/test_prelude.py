"""What has to be said first, by contracts of two kinds."""

from pathlib import Path
from random import Random

import pytest

from wsrecord.contract.load import load
from wsrecord.explore.moves import Connect, Cut, Probe, Say
from wsrecord.explore.phases import PHASES, Phases
from wsrecord.explore.prelude import first_word, prefaced
from wsrecord.explore.vocabulary import Vocabulary

HEAD = """
contract: graphql
name: /type
client:
  connection_init: {type: object}
  subscribe: {type: object, required: [id], properties: {id: {type: string}}}
server: {connection_ack: null, next: null, complete: null}
keys: {operation: /id}
"""
CLIENT_FIRST = """
flows:
  session: {order: connection_init connection_ack}
  operation: {key: operation, order: subscribe next* complete}
"""
ANYBODY_FIRST = """
flows:
  session: {order: (connection_ack | connection_init) (connection_ack | connection_init)*}
  operation: {key: operation, order: subscribe next* complete}
"""


@pytest.mark.parametrize(("flows", "first"), [(CLIENT_FIRST, "connection_init"), (ANYBODY_FIRST, None)])
def test_a_flow_of_the_whole_session_says_what_comes_first(
    flows: str, first: str | None, tmp_path: Path
) -> None:
    (tmp_path / "contract.yaml").write_text(HEAD + flows)
    contract = load(tmp_path)
    assert first_word(contract, ["connection_init", "subscribe"]) == first


def test_every_made_up_session_begins_so(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(HEAD + CLIENT_FIRST)
    words = Vocabulary(load(tmp_path))
    assert words.terms["connection_init"].answered  # its acknowledgement is waited for
    cases = Phases(words, random=Random(1)).cases(PHASES)
    for case in (case for case, _ in zip(cases, range(400), strict=False)):
        heads: dict[int, str | None] = {}
        for move in case.moves:
            if isinstance(move, Say | Probe):
                heads.setdefault(move.on, move.event if isinstance(move, Say) else None)
        assert set(heads.values()) <= {"connection_init"}


def test_it_is_said_once_in_each_session_that_says_anything() -> None:
    first = Say(event="hello")
    moves = [Connect(on=1, user=1), Probe(on=1), Say(event="hello"), Cut(), Cut(on=2)]
    assert prefaced(moves, first) == [
        Connect(on=1, user=1),
        Say(on=1, event="hello"),
        *moves[1:],
    ]
