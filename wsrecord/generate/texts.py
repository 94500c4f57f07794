"""Facts -> texts: of a format, of a pattern, or any, the naughty ones among them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from wsrecord.contract.formats import FORMATS as CHECKS
from wsrecord.contract.patterns import PatternError, compiled, translated

from .facts import Facts, Said
from .formats import FORMATS, NEARLY
from .naughty import LONG, TEXTS
from .sampling import sampled

LONGEST_TEXT = 1 << 18  # characters
_USUAL = 24  # characters, where nothing asks for more
_SAMPLE = 200  # texts drawn to see which of several demands to begin with
_MANY = 48  # from here on a text is a short one, repeated
# One set of characters with one count, from end to end: lengths are worked into its count.
_SIMPLE = re.compile(
    r"\^((?:\[(?:[^\[\]\\]|\\.)+\])|\\[dwsS]|\.)(?:([*+])|\{(\d+)(?:(,)(\d*))?\})\$", re.DOTALL
)
# Characters of the kinds that \p{…} is used for.
_LETTERS = "aAbzZ09_ -.éßÉЖд中文ñ١😀$+"


def texts(facts: Facts) -> list[SearchStrategy[str]]:
    """Strategies to try in turn; what they draw is held to `suits`."""
    longest = facts.longest
    if facts.shortest > LONGEST_TEXT:
        return []
    if facts.patterns or facts.formats:
        found = [_matching(facts, said) for said in facts.patterns]
        found += [FORMATS[said.value] for said in facts.formats]
        return _best([one for one in found if one is not None], judge_of(facts))
    special = [text for text in TEXTS if suits(facts, text)]
    strategies: list[SearchStrategy[str]] = []
    if facts.shortest >= _MANY:
        strategies.append(_long(facts.shortest, longest))
    else:
        most = (
            max(_USUAL, facts.shortest * 2) if longest is None else min(longest, max(_USUAL, facts.shortest))
        )
        strategies.append(st.text(min_size=facts.shortest, max_size=most))
        if longest is not None and most < longest <= 100_000:
            special += [text for text in ("x" * longest, "é" * longest) if suits(facts, text)]
        elif longest is None:
            special += LONG[:1] if suits(facts, LONG[0]) else []
    special += [
        near for said in _refused(facts, "format") for near in NEARLY[said.value] if suits(facts, near)
    ]
    if special:
        strategies.append(st.sampled_from(special))
    return [st.one_of(strategies)]


def _best(strategies: list[SearchStrategy[str]], judge: Callable[[str], bool]) -> list[SearchStrategy[str]]:
    """Of several things asked for at once, the one to begin with; texts known to be right come last."""
    if len(strategies) < 2:
        return strategies
    drawn = [list(filter(judge, sampled(strategy, _SAMPLE))) for strategy in strategies]
    best = max(range(len(drawn)), key=lambda index: len(drawn[index]))
    known = sorted({text for texts in drawn for text in texts})
    return [strategies[best], st.sampled_from(known)] if known else []


def suits(facts: Facts, text: str) -> bool:
    """Whether a text is what was asked for."""
    return judge_of(facts)(text)


def judge_of(facts: Facts) -> Callable[[str], bool]:
    """`suits`, made ready."""
    least, most, excluded, held = facts.shortest, facts.longest, facts.excluded, _checks(facts)

    def judge(text: str) -> bool:
        if len(text) < least or (most is not None and len(text) > most) or text in excluded:
            return False
        return all(check(text) for check in held)

    return judge


def _checks(facts: Facts) -> Sequence[Callable[[str], bool]]:
    """The patterns and formats that a text is held to."""
    found: list[Callable[[str], bool]] = [compiled(said.value) for said in facts.patterns]
    found += [CHECKS[said.value] for said in facts.formats]
    found += [_not(compiled(said.value)) for said in _refused(facts, "pattern")]
    found += [_not(CHECKS[said.value]) for said in _refused(facts, "format")]
    return found


def blame(facts: Facts) -> tuple[str, str]:
    """What is to be named where no text was found."""
    if facts.shortest > LONGEST_TEXT:
        return "", "minLength"
    for keyword, saids in (("pattern", facts.patterns), ("format", facts.formats)):
        if saids:
            return saids[0].place, keyword
    return (facts.refused[0][1].place, facts.refused[0][0]) if facts.refused else ("", "")


def matching(pattern: str) -> SearchStrategy[str] | None:
    """Texts in which a pattern is found; None where it can't be generated for."""
    try:
        source = re.sub(r"\(\?#[0-9a-f]*\)\Z", "", translated(pattern))
        return st.from_regex(re.compile(source), fullmatch=False)
    except PatternError:  # \p{…}
        return st.text(_LETTERS, max_size=12)
    except (re.error, OverflowError, RecursionError):
        return None


def _matching(facts: Facts, said: Said) -> SearchStrategy[str] | None:
    pattern = str(said.value)
    simple = _SIMPLE.fullmatch(pattern)
    if simple is not None:
        least = {"*": 0, "+": 1}.get(simple[2] or "", int(simple[3] or 0))
        most = None if simple[2] or (simple[4] and not simple[5]) else int(simple[5] or simple[3])
        least = max(least, facts.shortest)
        if facts.longest is not None:
            most = facts.longest if most is None else min(most, facts.longest)
        if most is not None and least > most:
            return None
        if least < _MANY:
            most = min(most, max(least, 64)) if most is not None else max(least + 16, 24)
            pattern = f"^{simple[1]}{{{least},{most}}}$"
        elif least >= _MANY:
            piece = st.from_regex(re.compile(translated(simple[1])), fullmatch=True)
            return st.builds(_repeated, piece, st.just(least))
    found = matching(pattern)
    if found is not None and facts.shortest >= _MANY and simple is None:
        found = st.builds(_filled, found, st.just(facts.shortest), st.just(pattern.endswith("$")))
    if found is None:
        return None
    return st.one_of(found, st.sampled_from(right)) if (right := _right(facts)) else found


def _right(facts: Facts) -> list[str]:
    """Naughty texts that the pattern lets pass: those are the best."""
    return [text for text in TEXTS if suits(facts, text)][:12]


def _long(least: int, most: int | None) -> SearchStrategy[str]:
    lengths = st.sampled_from([least, least + 1] if most is None or most > least else [least])
    return st.builds(_repeated, st.text(min_size=1, max_size=8), lengths)


def _filled(text: str, length: int, at_front: bool) -> str:
    """A text in which a pattern was found, made longer where that should not matter."""
    more = "x" * (length - len(text))
    return more + text if at_front else text + more


def _repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _refused(facts: Facts, what: str) -> list[Said]:
    return [said for name, said in facts.refused if name == what]


def _not(check: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda text: not check(text)
