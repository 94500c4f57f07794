"""What a contract says of whole sessions: `applies`, `codec`, `handshake`, `refusable`, `isolation`."""

from wsrecord.codec.registry import make
from wsrecord.errors import ContractError

from ..model import Applies, Codec, Handshake, Isolation, Refusal
from ..reading import Node
from .events import Names

APPLIES_KEYS = ("path", "subprotocol")
HANDSHAKE_KEYS = ("subprotocol", "refuse")
REFUSE_KEYS = ("without", "status")
ISOLATION_KEYS = ("user", "values", "shared")


def read_applies(node: Node) -> Applies:
    """Which sessions a contract is for."""
    node.mapping(APPLIES_KEYS, "{path: /ws}")
    path, subprotocol = node.get("path"), node.get("subprotocol")
    paths = () if path is None else path.texts("/ws")
    for one in paths:
        if not one.startswith("/") or "?" in one:
            assert path is not None
            path.refuse(f"a path begins with / and has no query: {one}")
    return Applies(
        paths, () if subprotocol is None else tuple(_subprotocol(one) for one in subprotocol.listed())
    )


def _subprotocol(node: Node) -> str | None:
    return None if node.value is None else node.text("agent.v1")


def read_codec(node: Node) -> Codec:
    """How messages become units: `NAME`, or `{NAME: {option: value}}`."""
    if isinstance(node.value, dict):
        if len(node.value) != 1:
            node.refuse("expected a codec's name, or {NAME: {option: value}}")
        [(name, options)] = node.items()
        codec = Codec(name, dict(options.mapping().value) if options.value is not None else {})
    else:
        codec = Codec(node.text("json"))
    try:
        make(codec.spec)
    except ContractError as error:
        node.refuse(str(error).removeprefix("codec: "))
    return codec


def read_handshake(node: Node) -> Handshake:
    """What the upgrade must be answered with."""
    node.mapping(HANDSHAKE_KEYS, "{subprotocol: agent.v1}")
    subprotocol, refuse = node.get("subprotocol"), node.get("refuse")
    return Handshake(
        None if subprotocol is None else subprotocol.text("agent.v1"),
        ()
        if refuse is None
        else tuple(_refusal(one) for one in refuse.sequence("[{without: token, status: 401}]")),
        node.where,
    )


def _refusal(node: Node) -> Refusal:
    node.mapping(REFUSE_KEYS, "{without: token, status: 401}")
    statuses = tuple(one.integer(300, 599) for one in node.need("status").listed())
    return Refusal(node.need("without").texts("token"), statuses, node.where)


def read_refusable(node: Node, names: Names) -> str:
    """An event of the client's that may be refused though it is right."""
    name = node.text("login")
    if not any(key.sender == "client" for key in names.events(node, name)):
        node.refuse(f"{name} is the server's: only what a client says is refused")
    return name.removeprefix("client:")


def read_isolation(node: Node, names: Names) -> Isolation:
    """What one user's session must not show of another's."""
    node.mapping(ISOLATION_KEYS, "{values: [/user_id, /run_id]}")
    user, shared = node.get("user"), node.get("shared")
    values = tuple(names.selector(one) for one in node.need("values").listed())
    return Isolation(
        values or node.need("values").refuse("no value is named that belongs to one user"),
        None if user is None else names.selector(user),
        () if shared is None else tuple(names.selector(one) for one in shared.listed()),
        node.where,
    )
