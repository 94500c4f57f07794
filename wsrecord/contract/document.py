"""A YAML or JSON file as plain values, each with its place in the text.

Strict where YAML lets readers disagree. What YAML 1.1 and 1.2 read differently (`on`, `012`, `1:30`,
`2024-01-01`) is refused unless it is quoted; a name that is no string, or is there twice, is refused;
aliases and depth are bounded, so a small file can't grow large.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from wsrecord.errors import ContractError

Path: TypeAlias = tuple[str | int, ...]
LARGEST = 4 << 20  # characters
DEEPEST = 64
MOST_VALUES = 200_000  # after aliases

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
# Read as something else by one of YAML 1.1, YAML 1.2 and the parsers in use.
_DOUBTFUL = re.compile(
    r"""(?ix) yes|no|on|off|true|false|null          # in other spellings than those above
    | [-+]?0[0-9_]+ | 0o[0-7]+ | [-+]?0x[0-9a-f_]+ | [-+]?0b[01_]+   # octal, hexadecimal, binary
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?               # base 60
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ \t].*)?                  # a date or a time
    | [-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9_]*)?                          # 1_000
    | [-+]?(?:\.[0-9]+|[0-9]+\.)(?:e[-+]?[0-9]+)? | [-+]?0[0-9]+\.[0-9]+
    | [-+]?\.(?:inf|nan) | = | <<"""
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?")
_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Document:
    """A file's value. `file` is what errors call it."""

    file: str
    value: Any
    text: str = field(repr=False)
    _marks: dict[Path, tuple[int, int]] = field(default_factory=dict, repr=False)

    def where(self, path: Path) -> str:
        """The place of a value, `contract.yaml:12:3`; of a name's, where the value has one."""
        line, column = self._mark(path)
        return f"{self.file}:{line + 1}:{column + 1}"

    def line(self, path: Path) -> int:
        """The line of a value."""
        return self._mark(path)[0] + 1

    def _mark(self, path: Path) -> tuple[int, int]:
        marks = self._marks or _json_marks(self)
        while path and path not in marks:
            path = path[:-1]
        return marks.get(path, (0, 0))


def read(text: str, file: str, *, dates: bool = False, empty: bool = False) -> Document:
    """Read a file's text: JSON if its name ends so, else YAML; ContractError says where it can't be read.

    With `dates`, a day stands without quotes, and is a text. With `empty`, a file that says nothing is null.
    """
    if len(text) > LARGEST:
        raise ContractError(
            f"{file}: larger than {LARGEST >> 20} MiB, which no such file is; is it the right one?"
        )
    text = text.removeprefix("\ufeff")
    return _json(text, file) if file.endswith(".json") else _yaml(text, file, dates=dates, empty=empty)


def _json(text: str, file: str) -> Document:
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except _Twice as error:
        place = _found(text, file, error.name)
        raise ContractError(f"{place}: the name {error.name!r} is there twice; keep one") from None
    except _Constant as error:
        raise ContractError(f"{file}: {error.name} is no JSON; write a number or null") from None
    except json.JSONDecodeError as error:
        raise ContractError(f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    except RecursionError:
        raise ContractError(f"{file}: nested too deeply; at most {DEEPEST} levels") from None
    except ValueError as error:
        raise ContractError(f"{file}: not JSON: {error}") from None
    if _depth(value) > DEEPEST:
        raise ContractError(f"{file}: nested too deeply; at most {DEEPEST} levels")
    return Document(file, value, text)


def _depth(value: Any) -> int:
    deepest, todo = 0, [(value, 1)]
    while todo:
        one, level = todo.pop()
        deepest = max(deepest, level)
        if isinstance(one, dict):
            todo.extend((inner, level + 1) for inner in one.values())
        elif isinstance(one, list):
            todo.extend((inner, level + 1) for inner in one)
    return deepest


class _Twice(Exception):  # noqa: N818
    def __init__(self, name: str) -> None:
        self.name = name


class _Constant(Exception):  # noqa: N818
    def __init__(self, name: str) -> None:
        self.name = name


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _Twice(name)
        made[name] = value
    return made


def _constant(name: str) -> NoReturn:
    raise _Constant(name)


def _found(text: str, file: str, name: str) -> str:
    """Where a doubled name stands: the composer knows; else the file alone."""
    try:
        _Maker(text.replace("\t", " "), file).make()
    except ContractError as error:
        place = re.match(rf"{re.escape(file)}:\d+:\d+(?=.*{re.escape(repr(name))})", str(error))
        return place[0] if place else file
    return file


def _json_marks(document: Document) -> dict[Path, tuple[int, int]]:
    """Places in a JSON file, looked up only when something is wrong there. A raw tab is white space."""
    if document.file.endswith(".json") and not document._marks:
        try:
            document._marks.update(_yaml(document.text.replace("\t", " "), document.file)._marks)
        except ContractError:
            document._marks[()] = (0, 0)
    return document._marks


def _yaml(text: str, file: str, *, dates: bool = False, empty: bool = False) -> Document:
    maker = _Maker(text, file, dates=dates)
    value = maker.make(empty=empty)
    return Document(file, value, text, maker.marks)


class _Maker:
    """Turns YAML's nodes into values."""

    def __init__(self, text: str, file: str, *, dates: bool = False) -> None:
        self._text = text
        self._file = file
        self._dates = dates
        self._made = 0
        self._open: set[int] = set()
        self.marks: dict[Path, tuple[int, int]] = {}

    def make(self, *, empty: bool = False) -> Any:
        try:
            self._bound_depth()
            node = yaml.compose(self._text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f"{self._file}:{mark.line + 1}:{mark.column + 1}" if mark else self._file
            raise ContractError(
                f"{place}: not YAML: {error.problem or error.context}{_hint(error)}"
            ) from None
        except yaml.YAMLError as error:
            raise ContractError(f"{self._file}: not YAML: {str(error).splitlines()[0]}") from None
        if node is None and empty:
            return None
        if node is None:
            raise ContractError(f"{self._file}: the file is empty")
        return self._value(node, ())

    def _bound_depth(self) -> None:
        """Refuse what would nest deeper than Python's stack before it is built."""
        depth = 0
        for event in yaml.parse(self._text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    self._refuse(event, f"nested too deeply; at most {DEEPEST} levels")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._made += 1
        if self._made > MOST_VALUES or len(path) > DEEPEST:
            self._refuse(node, "its aliases make it larger than a file may be; write it without them")
        self.marks.setdefault(path, (node.start_mark.line, node.start_mark.column))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            self._refuse(node, "an alias that contains itself")
        if node.tag not in _TAGS:
            self._refuse(node, f"the tag {node.tag} means nothing here; leave it out")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, path)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in node.value:
            if key.value == "<<" and key.style is None:
                self._refuse(key, "<< is not part of YAML 1.2; write the keys out, or use include:")
            name = self._scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                if not isinstance(key, yaml.ScalarNode):
                    self._refuse(key, "a name is a string, not a list or a mapping")
                self._refuse(
                    key, f'a name is a string, and {key.value} is none; write "{key.value}" in quotes'
                )
            if name in made:
                self._refuse(key, f"the name {name!r} is there twice; keep one")
            made[name] = self._value(value, (*path, name))
            # A key's place says more than its value's: errors speak of `key: value`.
            self.marks[*path, name] = (key.start_mark.line, key.start_mark.column)
        return made

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style is not None:  # quoted, or a block
            if any("\ud800" <= character <= "\udfff" for character in text):
                self._refuse(node, "half of a surrogate pair is no character; write the character itself")
            return text
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self._refuse(node, f"the tag {node.tag} means nothing here; leave it out")
        if node.tag == "tag:yaml.org,2002:str" and self._tagged(node):
            return text
        if self._tagged(node):
            self._refuse(node, f"the tag {node.tag} means nothing here; leave it out")
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text) if len(text) < 400 else self._refuse(node, "a number of more than 400 digits")
        if _FLOAT.fullmatch(text):
            return float(text)
        if self._dates and _DATE.fullmatch(text):
            return text
        if _DOUBTFUL.fullmatch(text):
            meant = f'write "{text}" in quotes if it is text{_other(text)}'
            self._refuse(node, f"{text} is read differently by different YAML parsers; {meant}")
        return text

    def _tagged(self, node: yaml.ScalarNode) -> bool:
        return self._text.startswith("!", node.start_mark.index)

    def _refuse(self, node: Any, what: str) -> NoReturn:
        mark = node.start_mark
        raise ContractError(f"{self._file}:{mark.line + 1}:{mark.column + 1}: {what}")


def _other(text: str) -> str:
    """What to write where no text is meant."""
    word = text.lower()
    if word in ("yes", "on", "true"):
        return ", true if not"
    if word in ("no", "off", "false"):
        return ", false if not"
    if word == "null":
        return ", null if not"
    return ", a plain decimal number if not" if word[-1:].isdigit() else ""


def _hint(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "; indent with spaces"
    if "mapping values are not allowed" in problem:
        return "; a text with ': ' in it goes in quotes"
    if "cannot start any token" in problem:
        return "; a text that begins with such a sign goes in quotes"
    return ""
