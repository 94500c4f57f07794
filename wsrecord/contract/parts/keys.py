"""`keys:`: where events carry what they belong to, a run or a tool call."""

from ..model import EventKey, Key
from ..pointer import Place, Pointer
from ..reading import Node
from .events import Names


class Keys:
    """The keys of a contract: those with a name, and those that flows write down themselves."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.all: dict[str, Key] = {}

    def add(self, name: str, node: Node) -> None:
        """Read a key: a pointer, or several tried in order."""
        if name.startswith("/") or "#" in name:
            node.refuse("a key's name is a word; its pointers stand behind it")
        self.all[name] = self._key(name, [(inner, inner.place()) for inner in node.listed()], node)

    def parts(self, node: Node) -> tuple[str, ...]:
        """The names of a list of keys. Pointers in it make one key together, tried in order."""
        made: list[str] = []
        places: list[tuple[Node, Place]] = []
        for inner in node.listed():
            text = inner.text("run")
            if text.startswith("/") or "#" in text:
                if not places:
                    made.append("")
                places.append((inner, inner.place()))
            elif text in self.all:
                made.append(text)
            else:
                known = ", ".join(self.all) or "none"
                inner.refuse(
                    f"there is no key {text} under keys: (there is {known}); a pointer begins with /"
                )
        if places:
            made[made.index("")] = self._unnamed(places, node)
        if len(set(made)) < len(made):
            node.refuse("a key is there twice; keep one")
        return tuple(made)

    def _unnamed(self, places: list[tuple[Node, Place]], node: Node) -> str:
        text = ", ".join(str(place) for _, place in places)
        short = next((place.pointer[-1] for _, place in places if place.pointer), "value")
        for name in (short, text):
            key = self._key(name, places, node)
            held = self.all.setdefault(name, key)
            if (held.pointers, held.own) == (key.pointers, key.own):
                return name
        raise AssertionError(text)

    def _key(self, name: str, places: list[tuple[Node, Place]], node: Node) -> Key:
        if not places:
            node.refuse("a key without a pointer; give one such as /run_id")
        common: list[Pointer] = []
        own: dict[EventKey, tuple[Pointer, ...]] = {}
        for inner, place in places:
            if place.event is None:
                common.append(place.pointer)
            else:
                for event in self._names.events(inner, place.event):
                    own[event] = (*own.get(event, ()), place.pointer)
        return Key(name, tuple(common), own, node.where)
