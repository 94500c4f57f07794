"""graphql-transport-ws: strawberry's server, recorded from the client of the protocol's own library."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from real import graphql_server
from real.processes import serving
from real.replays import CONTRACTED, Recorded, node, recorded
from support import rewriting

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.needs("node", "npm:ws", "npm:graphql-ws"),
]


def library(url: str) -> None:
    said = node("graphql.mjs", url.replace("http", "ws"))
    assert said.split("\n")[:1] == ['{"hello":"hello Ada"}']
    assert "Cannot query field 'missing'" in said


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("graphql")
    with recorded(serving(graphql_server.__file__), folder, library, "graphql") as one:
        yield one


@pytest.mark.parametrize("contracted", CONTRACTED)
def test_queries_and_subscriptions_are_asked_again(
    session: Recorded, contracted: bool, tmp_path: Path
) -> None:
    session.is_played_whole(tmp_path, contracted)


FAULTS = {  # what is breaking then, by the contract and without one
    "a field renamed": (rewriting.replaced(b'"number"', b'"nummer"'), ["WS101"], ["WS808"]),
    "a value retyped": (rewriting.replaced(b'"square":4', b'"square":"4"'), ["WS101"], ["WS805"]),
    "an event dropped": (rewriting.dropped(b'"connection_ack"'), ["WS207"], ["WS801"]),
    "two events swapped": (rewriting.swapped(b'"hello Ada"'), ["WS203"], None),
    "closed early": (rewriting.closed(b'{"words":"two"}'), ["WS207", "WS812"], ["WS812"]),
}


@pytest.mark.parametrize("contracted", CONTRACTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_drifted_is_caught(session: Recorded, fault: str, contracted: bool) -> None:
    session.catches(*FAULTS[fault], contracted=contracted)
