"""The schemas of a contract by URI: files of its folder, and those that stand in contract.yaml itself.

A `$ref` leads to another file of the folder, or to a part of one; never to the network, and never out
of the folder. What can't be used is said when the contract is loaded, with file and place.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import jsonschema_rs
from referencing._core import Resolver
from referencing.exceptions import Unresolvable

from wsrecord.errors import ContractError

from .document import Document
from .document import Path as Steps
from .formats import FORMATS, NATIVE, UNCHECKED
from .patterns import PatternError, compiled, original, translated
from .pointer import written
from .reference import explainer, misuse, reference, registry
from .subschemas import walk

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_OLD = {
    "dependencies": "dependentRequired or dependentSchemas",
    "additionalItems": "items, after prefixItems",
    "$recursiveRef": "$dynamicRef",
}
_PUBLISHED = "https://json-schema.org/draft/"
_FORMATS: dict[str, Callable[[str], bool]] = {
    **{name: check for name, check in FORMATS.items() if name not in NATIVE},
    **dict.fromkeys(UNCHECKED, lambda _text: True),
}


class Library:
    """Collects schemas, then makes validators. `folder` bounds what may be referred to."""

    def __init__(self, read: Callable[[Path], Document]) -> None:
        self._read = read
        self._schemas: dict[str, Any] = {}
        self._ids: dict[str, str] = {}  # an absolute $id -> the URI under which its schema is kept
        self._documents: dict[str, tuple[Document, Steps]] = {}
        self._refs: list[tuple[str, str, str, Steps]] = []  # schema, base, ref, place
        self._asked: list[tuple[str, str, str]] = []
        self._named: dict[Path, dict[str, Path]] = {}

    def add_file(self, path: Path, root: Path) -> str:
        """Take up a schema file and all that it refers to; return its URI."""
        uri = path.resolve().as_uri()
        if uri not in self._schemas:
            self._add(uri, self._read(path), (), root)
        return uri

    def add_inline(self, document: Document, steps: Steps, value: Any, path: Path, root: Path) -> str:
        """Take up a schema that stands in a contract's file."""
        uri = f"{path.resolve().as_uri()}?{'.'.join(map(str, steps))}"
        self._add(uri, document, steps, root, value)
        return uri

    @property
    def files(self) -> set[Path]:
        """The schema files taken up."""
        return {Path(unquote(urlsplit(uri).path)) for uri in self._schemas if "?" not in uri}

    def schema(self, uri: str) -> Any:
        """The schema at a URI, which may point into a file; True for what isn't there."""
        base, fragment = urldefrag(uri)
        try:
            return self._written(self._registry.resolver(base_uri=base).lookup(f"#{fragment}").contents)
        except Unresolvable:
            return True

    def require(self, uri: str, ref: str, where: str) -> None:
        """Have a reference from a contract's file checked with the others."""
        self._asked.append((uri, ref, where))

    def seal(self) -> None:
        """Check every reference, and make what validators need. Nothing is added after it."""
        self._registry = registry(self._schemas)
        self._parts = {
            id(part): (uri, steps)
            for uri in self._schemas
            for steps, part in walk(self._registry.contents(uri))
            if isinstance(part, dict)
        }
        for uri, base, ref, steps in self._refs:
            try:
                self._registry.resolver(base_uri=base).lookup(ref)
            except Unresolvable:
                self._refuse(uri, (*steps, "$ref"), f"there is no {ref}")
        for uri, ref, where in self._asked:
            if self.resolve(uri, ref) is None:
                raise ContractError(f"{where}: there is no {ref} in {self.shown(uri).removesuffix('#')}")
        self._fast = jsonschema_rs.Registry(list(self._schemas.items()))

    def fast(self, uri: str) -> "jsonschema_rs.Draft202012Validator | None":
        """The fast validator of a schema; None where only the reference can use it."""
        try:
            return jsonschema_rs.Draft202012Validator(
                {"$ref": self._canonical(uri)},
                registry=self._fast,
                offline=True,
                validate_formats=True,
                formats=_FORMATS,
            )
        except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
            return None

    def reference(self, uri: str) -> Any:
        """The reference validator of a schema."""
        return reference(self._canonical(uri), self._registry)

    def explainer(self, uri: str) -> Any:
        """The reference validator of a schema, for values from traffic."""
        return explainer(self._canonical(uri), self._registry)

    def resolve(self, uri: str, ref: str) -> tuple[str, Any] | None:
        """Where a reference in a schema leads: a URI with a pointer, and the schema there."""
        try:
            found = self._registry.resolver(base_uri=urldefrag(self._canonical(uri))[0]).lookup(ref)
        except Unresolvable:
            return None
        target = join(uri, ref)
        base, fragment = urldefrag(target)
        return (f"{self._ids[base]}#{fragment}" if base in self._ids else target), self._written(
            found.contents
        )

    def resolver(self, uri: str) -> Resolver[Any]:
        """Where references in a schema begin; `follow` goes on from there."""
        return self._registry.resolver(base_uri=urldefrag(self._canonical(uri))[0])

    def follow(self, resolver: Resolver[Any], ref: str) -> tuple[str, Any, Resolver[Any]]:
        """A reference's target as written: its URI with a pointer, the schema, and where its own begin."""
        found = resolver.lookup(ref)
        uri, steps = self._parts.get(id(found.contents), ("", ()))
        if not uri:
            return f"{uri_of(found.resolver)}?{ref}", found.contents, found.resolver  # a draft's, or true
        return (
            f"{uri}#{written(map(original, map(str, steps)))}",
            self._written(found.contents),
            found.resolver,
        )

    def shown(self, uri: str) -> str:
        """A URI as people write it: `common.json#/$defs/id`."""
        base, fragment = urldefrag(uri)
        document, steps = self._documents.get(base, (None, ()))
        name = document.file.rpartition("/")[2] if document is not None else base
        return f"{name}#{written(steps)}{unquote(fragment)}"

    def location(self, part: Any, keyword: str) -> str:
        """Where a keyword stands, given the very schema that the reference validator found it in."""
        uri, steps = self._parts.get(id(part), ("", ()))
        if not uri:
            return ""
        return self.shown(
            f"{uri}#{written((*map(original, map(str, steps)), keyword) if keyword else steps)}"
        )

    def schemas(self) -> Iterator[tuple[str, Any]]:
        """Every schema file and inline schema, by URI."""
        return iter(self._schemas.items())

    def where(self, uri: str, steps: Steps) -> str:
        """A place in a schema, as `file:line:column: /pointer`."""
        document, start = self._documents[uri]
        return f"{document.where((*start, *steps))}: {written((*start, *steps)) or '/'}"

    def _written(self, part: Any) -> Any:
        """A part of a schema as its file has it: the registry's is a copy, with patterns for Python."""
        uri, steps = self._parts.get(id(part), ("", ()))
        if not uri:
            return part
        found = self._schemas[uri]
        for step in steps:
            found = found[original(step) if isinstance(step, str) else step]
        return found

    def _canonical(self, uri: str) -> str:
        """The URI by which a schema calls itself, if it does: its references are relative to that."""
        base, fragment = urldefrag(uri)
        schema = self._schemas.get(base)
        own = schema.get("$id") if isinstance(schema, dict) else None
        return uri if own is None else f"{urldefrag(join(base, own))[0]}#{fragment}"

    def _add(self, uri: str, document: Document, start: Steps, root: Path, value: Any = None) -> None:
        schema = document.value if not start else value
        self._documents[uri] = (document, start)
        self._schemas[uri] = schema
        if not isinstance(schema, dict | bool):
            self._refuse(uri, (), "a schema is an object, true or false")
        if isinstance(schema, dict) and str(schema.get("$schema", DRAFT)).rstrip("#") != DRAFT:
            self._refuse(uri, ("$schema",), f"schemas are of draft 2020-12 here: {DRAFT}, or leave it out")
        if (error := misuse(schema)) is not None:
            self._refuse(uri, tuple(error.absolute_path), f"not a schema: {error.message[:200]}")
        self._scan(uri, schema, root)

    def _scan(self, uri: str, schema: Any, root: Path) -> None:
        bases: dict[Steps, str] = {(): uri}
        parts = [(steps, part) for steps, part in walk(schema) if isinstance(part, dict)]
        for steps, part in parts:
            if isinstance(part.get("$id"), str):
                bases[steps] = join(_base(bases, steps), part["$id"])
                self._ids[urldefrag(bases[steps])[0]] = uri
        for steps, part in parts:
            for keyword in _OLD.keys() & part.keys():
                self._refuse(uri, (*steps, keyword), f"{keyword} is of an older draft: write {_OLD[keyword]}")
            self._scan_patterns(uri, steps, part)
            for keyword in ("$ref", "$dynamicRef"):
                if isinstance(ref := part.get(keyword), str):
                    base = _base(bases, steps)
                    self._follow(uri, base, ref, (*steps, keyword), root)
                    self._refs.append((uri, base, ref, steps))

    def _scan_patterns(self, uri: str, steps: Steps, part: dict[str, Any]) -> None:
        try:
            if isinstance(part.get("pattern"), str):
                compiled(part["pattern"])
        except PatternError as error:
            self._refuse(uri, (*steps, "pattern"), f"the pattern {part['pattern']}: {error}")
        for pattern in part.get("patternProperties", ()):
            try:
                compiled(pattern)
                translated(pattern)
            except PatternError as error:
                self._refuse(uri, (*steps, "patternProperties", pattern), f"the pattern {pattern}: {error}")

    def _follow(self, uri: str, base: str, ref: str, steps: Steps, root: Path) -> None:
        """Take up the file that a reference leads to."""
        target = urldefrag(join(base, ref))[0]
        if target in self._schemas or target in self._ids or target.startswith(_PUBLISHED):
            return
        if (named := self._by_id(root).get(target)) is not None:
            self.add_file(named, root)
            return
        parts = urlsplit(target)
        if parts.scheme != "file" or parts.netloc:
            self._refuse(
                uri, steps, f"{ref} is not in the contract's folder, and nothing is fetched; copy it there"
            )
        path = Path(unquote(parts.path))
        if not path.resolve().is_relative_to(root.resolve()):
            self._refuse(uri, steps, f"{ref} leads out of the contract's folder; copy the schema into it")
        if not path.is_file():
            self._refuse(uri, steps, f"there is no file {ref.partition('#')[0]} beside this one")
        self.add_file(path, root)

    def _by_id(self, root: Path) -> dict[str, Path]:
        """The files of a folder that call themselves by an absolute $id."""
        if root not in self._named:
            found = self._named[root] = {}
            for path in schema_files(root):
                value = self._read(path).value
                if (
                    isinstance(value, dict)
                    and isinstance(name := value.get("$id"), str)
                    and urlsplit(name).scheme
                ):
                    found[urldefrag(name)[0]] = path
        return self._named[root]

    def _refuse(self, uri: str, steps: Steps, what: str) -> NoReturn:
        raise ContractError(f"{self.where(uri, steps)}: {what}")


def uri_of(resolver: Resolver[Any]) -> str:
    """What references are relative to there."""
    return str(resolver._base_uri)


def join(base: str, ref: str) -> str:
    """Where a reference leads. Python's own does not know that every URI may have a fragment."""
    return urldefrag(base)[0] + ref if ref.startswith("#") else urljoin(base, ref)


def _base(bases: dict[Steps, str], steps: Steps) -> str:
    """What references at a place are relative to."""
    return next(bases[steps[:n]] for n in range(len(steps), -1, -1) if steps[:n] in bases)


def schema_files(folder: Path) -> list[Path]:
    """What may be a schema in a folder: JSON and YAML files, contracts aside."""
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in (".json", ".yaml", ".yml"))
    return [path for path in found if path.stem != "contract" and path.is_file()]
