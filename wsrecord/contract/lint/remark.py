"""One oddity of a contract."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning", "info"]

# Every code there is, and what it means; docs/contract.md shows this table.
CODES = {
    "unusable": "the contract can't be loaded",
    "schema-reference-only": "the fast validator can't use a schema, so the slow one does",
    "schema-unknown-keyword": "a schema has a keyword that JSON Schema doesn't know: a slip of the pen?",
    "schema-unchecked-format": "a schema has a format that is not checked",
    "schema-bad-example": "an example is not valid by its own schema",
    "schema-unused": "nothing refers to a schema file",
    "name-unreachable": "the schema's own name for an event is not the contract's, so no unit can be it",
    "name-nowhere": "no schema of an event speaks of the place where names stand",
    "when-impossible": "no value that the schema takes meets the conditions",
    "when-shadowed": "whatever meets these conditions is another event too",
    "event-no-schema": "an event without a schema: nothing is checked in it",
    "event-no-flow": "an event that no flow mentions: it may come at any time",
    "place-impossible": "the schema of an event has no such place",
    "place-unspecified": "the schema of an event doesn't speak of this place",
    "key-nowhere": "a key that no event's schema has",
    "key-unused": "a key that no flow, rule or budget uses",
    "flow-key-nowhere": "an event of a flow carries no part of its key",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One oddity. `code` is stable; those of flows begin with `flow-` and end as the engine names them."""

    level: Level
    code: str
    where: str  # file:line:column, or a schema's place
    text: str
