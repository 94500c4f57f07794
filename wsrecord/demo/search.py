"""Full-text search over the bundled corpus: an inverted index ranked by BM25."""

import functools
import importlib.resources
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[a-z0-9]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")

# BM25's usual constants: how soon repeating a word stops to count, and how much length matters.
_SATURATION = 1.5
_LENGTH = 0.75


@dataclass(frozen=True)
class Document:
    """One text of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Hit:
    """One document that answers a query, and the sentence that does so best."""

    id: str
    title: str
    score: float
    excerpt: str


def words(text: str) -> list[str]:
    """Return the words of a text as they are indexed: lower case, plural folded into singular."""
    return [_fold(word) for word in _WORD.findall(text.lower())]


def _fold(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Index:
    """An inverted index over some documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        self._counts: dict[str, dict[str, int]] = {}
        self._lengths: dict[str, int] = {}
        for document in self._documents.values():
            found = words(f"{document.title} {document.text}")
            self._lengths[document.id] = len(found)
            for word, count in Counter(found).items():
                self._counts.setdefault(word, {})[document.id] = count
        self._mean = sum(self._lengths.values()) / max(1, len(self._lengths))

    def search(self, query: str, *, limit: int = 3) -> list[Hit]:
        """Return the best hits for a query, best first; equal scores in order of id."""
        wanted = sorted(set(words(query)))
        scores: dict[str, float] = {}
        for word in wanted:
            having = self._counts.get(word, {})
            # A word that is in every second document weighs little, never less than nothing.
            weight = math.log(1 + (len(self._documents) - len(having) + 0.5) / (len(having) + 0.5))
            for key, count in having.items():
                drag = 1 - _LENGTH + _LENGTH * self._lengths[key] / self._mean
                gain = weight * count * (_SATURATION + 1) / (count + _SATURATION * drag)
                scores[key] = scores.get(key, 0.0) + gain
        best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
        return [self._hit(self._documents[key], scores[key], wanted) for key in best]

    def _hit(self, document: Document, score: float, wanted: list[str]) -> Hit:
        sentences = _SENTENCE.split(document.text)
        excerpt = max(sentences, key=lambda sentence: len(set(wanted) & set(words(sentence))))
        return Hit(document.id, document.title, round(score, 4), excerpt)


@functools.cache
def corpus() -> Index:
    """Return the index over the corpus that comes with the package."""
    text = importlib.resources.files(__package__).joinpath("corpus.json").read_text(encoding="utf-8")
    return Index(Document(**entry) for entry in json.loads(text))
