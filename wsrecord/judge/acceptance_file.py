"""The list of accepted findings as YAML: text in, acceptances out, with the line of each."""

from collections.abc import Iterator
from datetime import date

from wsrecord.contract.document import read as read_document
from wsrecord.contract.reading import Node, shown
from wsrecord.errors import ContractError, UsageError
from wsrecord.judge import codes
from wsrecord.judge.acceptance import Acceptance, Where

NAME = "wsrecord-accepted.yaml"
_REQUIRED = ("code", "reason", "until")
_KEYS = ("code", "where", "reason", "until")
_WHERE = ("cassette", "event", "pointer", "flow")


def read(text: str, file: str = NAME) -> tuple[Acceptance, ...]:
    """The acceptances of this text; UsageError names the file and the place of what is wrong."""
    try:
        document = read_document(text, file, dates=True, empty=True)
        return tuple(_entries(Node(document, document.value)))
    except ContractError as error:  # the reader is the contract's; the mistake is the project's
        raise UsageError(str(error)) from None


def _entries(root: Node) -> Iterator[Acceptance]:
    if root.value is None:
        return
    if not isinstance(root.value, list):
        root.refuse("must be a list, each entry with code, reason and until")
    yield from map(_entry, root)


def _entry(node: Node) -> Acceptance:
    if not isinstance(node.value, dict):
        node.refuse("an entry must be a mapping with code, reason and until")
    node.mapping(_KEYS)
    for key in _REQUIRED:
        if key not in node.value:
            node.refuse(f"this entry has no `{key}`: code, reason and until are required")
    reason = node.need("reason")
    if not isinstance(reason.value, str) or not reason.value.strip():
        reason.refuse("must say why this is accepted")
    return Acceptance(
        code=_code(node.need("code")),
        reason=reason.value.strip(),
        until=_date(node.need("until")),
        where=_where(node.get("where")),
        file=node.document.file,
        line=node.document.line(node.path),
    )


def _code(node: Node) -> str:
    given = node.value
    code = codes.find(given) if isinstance(given, str) else None
    if code is None:
        node.refuse(f"there is no code {given!r}{codes.suggest(str(given))}")
    if code.group is codes.Group.ACCEPTANCE:
        node.refuse(f"{code.number} is about this list, and can't be accepted by it")
    return code.number


def _date(node: Node) -> date:
    try:
        return date.fromisoformat(node.value if isinstance(node.value, str) else "")
    except ValueError:
        node.refuse(f"must be a date such as 2027-01-31, not {shown(node.value)}")


def _where(node: Node | None) -> Where:
    if node is None or node.value is None:
        return Where()
    if not isinstance(node.value, dict):
        node.refuse(f"must be a mapping with some of {', '.join(_WHERE)}")
    node.mapping(_WHERE)
    for key, value in node.value.items():
        if not isinstance(value, str):
            node.need(key).refuse(f"must be a string, not {shown(value)}: put it in quotes")
    pointer = node.value.get("pointer")
    if pointer is not None and not pointer.startswith(("/", "**")) and pointer:
        node.need("pointer").refuse(f"a pointer begins with a slash: did you mean /{pointer}?")
    return Where(**node.value)
