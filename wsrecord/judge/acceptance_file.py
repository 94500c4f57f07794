"""The list of accepted findings as YAML: text in, acceptances out, with the line of each."""

from collections.abc import Hashable, Iterator
from datetime import date, datetime
from typing import Any

import yaml

from wsrecord.errors import UsageError, did_you_mean
from wsrecord.judge import codes
from wsrecord.judge.acceptance import Acceptance, Where

NAME = "wsrecord-accepted.yaml"
_KEYS = ("code", "where", "reason", "until")
_WHERE = ("cassette", "event", "pointer", "flow")


def read(text: str, file: str = NAME) -> tuple[Acceptance, ...]:
    """The acceptances of this text; UsageError names the file and the line of what is wrong."""
    try:
        return tuple(_entries(_Loader(text), file))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{file}{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: not readable as YAML: {error}") from None


class _Loader(yaml.SafeLoader):
    """YAML as written: a key that stands twice, or that is no string, is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _marked(key_node, f"the key {key!r} is no string: put it in quotes")
            if key in found:
                raise _marked(key_node, f"the key {key!r} stands twice")
            found[key] = self.construct_object(value_node, deep=deep)
        return found


def _entries(loader: _Loader, file: str) -> Iterator[Acceptance]:
    root = loader.get_single_node()
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise _error(file, root, "must be a list, each entry with code, reason and until")
    for node in root.value:
        yield _entry(loader, node, file)


def _entry(loader: _Loader, node: yaml.Node, file: str) -> Acceptance:
    entry = loader.construct_object(node, deep=True)
    if not isinstance(entry, dict):
        raise _error(file, node, "an entry must be a mapping with code, reason and until")
    _known(entry, _KEYS, file, node)
    for key in ("code", "reason", "until"):
        if key not in entry:
            raise _error(file, node, f"this entry has no `{key}`: code, reason and until are required")
    if not isinstance(entry["reason"], str) or not entry["reason"].strip():
        raise _error(file, node, "`reason` must say why this is accepted")
    return Acceptance(
        code=_code(entry["code"], file, node),
        reason=entry["reason"].strip(),
        until=_date(entry["until"], file, node),
        where=_where(entry.get("where"), file, node),
        file=file,
        line=node.start_mark.line + 1,
    )


def _code(given: object, file: str, node: yaml.Node) -> str:
    code = codes.find(given) if isinstance(given, str) else None
    if code is None:
        raise _error(file, node, f"there is no code {given!r}{did_you_mean(str(given), codes.NAMES)}")
    if code.group is codes.Group.ACCEPTANCE:
        raise _error(file, node, f"{code.number} is about this list, and can't be accepted by it")
    return code.number


def _date(given: object, file: str, node: yaml.Node) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise _error(file, node, f"`until` must be a date such as 2027-01-31, not {given!r}") from None


def _where(given: object, file: str, node: yaml.Node) -> Where:
    if given is None:
        return Where()
    if not isinstance(given, dict):
        raise _error(file, node, f"`where` must be a mapping with some of {', '.join(_WHERE)}")
    _known(given, _WHERE, file, node)
    for key, value in given.items():
        if not isinstance(value, str):
            raise _error(file, node, f"`where.{key}` must be a string, not {value!r}: put it in quotes")
    return Where(**given)


def _known(mapping: dict[str, Any], keys: tuple[str, ...], file: str, node: yaml.Node) -> None:
    for key in mapping:
        if key not in keys:
            raise _error(
                file, node, f"there is no key {key!r}{did_you_mean(key, keys)}; there is {', '.join(keys)}"
            )


def _error(file: str, node: yaml.Node, text: str) -> UsageError:
    return UsageError(f"{file}:{node.start_mark.line + 1}: {text}")


def _marked(node: yaml.Node, text: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=node.start_mark)
