"""A contract's files: contract.yaml and what it includes, merged with the place of every part kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wsrecord.errors import ContractError

from .document import Document
from .reading import Node
from .shipped import agent_contract

NAMES = ("contract.yaml", "contract.yml", "contract.json")
KEYS = (
    "contract", "applies", "codec", "name", "server", "client", "unknown", "keys", "flows", "rules",
    "handshake", "closes", "refusable", "isolation", "budgets", "links",
    "include",
)  # fmt: skip
# A fragment's own; what includes it has its own, too.
_OWN = ("contract", "applies", "include")
_NAMED = ("server", "client", "keys", "flows")
_LISTED = ("closes", "refusable", "rules", "budgets", "links")
MOST_FILES = 100
DEMO = "demo"


@dataclass(frozen=True)
class Fragment:
    """One file."""

    path: Path
    node: Node

    @property
    def folder(self) -> Path:
        """Where its schemas are."""
        return self.path.parent


@dataclass(frozen=True)
class Part:
    """Something that a contract says, and the file that says it."""

    node: Node
    fragment: Fragment


class Merged:
    """What a contract and all that it includes say together."""

    def __init__(self, path: Path, read: Callable[[Path], Document]) -> None:
        self._read = read
        self.fragments: list[Fragment] = []
        self._include(contract_file(path), ())
        self.main = self.fragments[-1]

    def single(self, key: str) -> Part | None:
        """What the contract says itself, else what one of its includes does."""
        found = [Part(node, one) for one in self.fragments if (node := one.node.get(key)) is not None]
        if not found or found[-1].fragment is self.main or key in _OWN:
            return next((part for part in found if part.fragment is self.main), None)
        for other in found[1:]:
            if other.node.value != found[0].node.value:
                other.node.refuse(
                    f"{found[0].node.where} says otherwise; say it in {self.main.path.name} itself"
                )
        return found[0]

    def named(self, key: str) -> dict[str, Part]:
        """All parts of a mapping, by name; none twice."""
        made: dict[str, Part] = {}
        for fragment in self.fragments:
            section = fragment.node.get(key)
            if section is None or section.value is None:
                continue
            for name, node in section.mapping().items():
                if not name.strip():
                    node.refuse("an empty name")
                if name in made:
                    node.refuse(
                        f"{name} is there already, in {made[name].node.where}; keep one, or rename it"
                    )
                made[name] = Part(node, fragment)
        return made

    def listed(self, key: str) -> list[Node]:
        """All items of a list."""
        sections = (fragment.node.get(key) for fragment in self.fragments)
        return [
            node
            for section in sections
            if section and section.value is not None
            for node in section.sequence()
        ]

    def _include(self, path: Path, above: tuple[Path, ...]) -> None:
        """Included files first; one that is included twice counts once."""
        known = path.resolve()
        if known in above:
            circle = " includes ".join(str(one.name) for one in (*above[above.index(known) :], known))
            raise ContractError(f"{path}: a circle of includes: {circle}; take one out")
        if any(one.path.resolve() == known for one in self.fragments):
            return
        if len(self.fragments) >= MOST_FILES:
            raise ContractError(f"{path}: more than {MOST_FILES} included files")
        document = self._read(path)
        node = Node(document, document.value).mapping(KEYS, "{contract: NAME, server: {…}}")
        include = node.get("include")
        for inner in include.listed() if include is not None else ():
            text = inner.text("../shared")
            if "://" in text or text.startswith("/"):
                inner.refuse("expected a path from this file on, such as ../shared; nothing is fetched")
            target = path.parent / text
            if not target.exists():
                inner.refuse(f"there is no {text} beside {path.name}")
            self._include(contract_file(target), (*above, known))
        self.fragments.append(Fragment(path, node))


def contract_file(path: Path) -> Path:
    """The file of a contract that is named by its folder or by itself; `demo` is the one of the demo."""
    if str(path) == DEMO and not path.exists():
        path = agent_contract()
    if path.is_file():
        return path
    if not path.exists():
        raise ContractError(
            f"{path}: there is no such file or folder; name a folder with a contract.yaml in it"
            f" ({DEMO}: the one that comes with wsrecord)"
        )
    found = [path / name for name in NAMES if (path / name).is_file()]
    if not found:
        raise ContractError(
            f"{path}: there is no contract.yaml in this folder; name the contract's folder or file"
        )
    if len(found) > 1:
        raise ContractError(f"{path}: {found[0].name} and {found[1].name} are both there; keep one")
    return found[0]
