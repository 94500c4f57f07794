"""What holds for any traffic: nothing crashes, a planted secret is gone, all else stays."""

import json
from typing import Any

import msgpack
from cassette.redaction.rig import everything, left, redactor, request, response
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = "Zx81kq0Lm4" + 'T"\\é/7Rb2Wn9Q'
TELLING = ("password", "apiKey", "client_secret", "Authorization", "x-api-key", "access_token", "DB_PASSWORD")

settings.register_profile("redaction", deadline=None, max_examples=60)
settings.load_profile("redaction")

words = st.text(max_size=20) | st.sampled_from(
    [
        "token",
        "password",
        "max_tokens",
        "author",
        "key",
        "42[",
        '{"a":',
        "\\u0070",
        "password=",
        "Bearer ",
        "://a:",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(words, v, max_size=4), max_leaves=12
)
# Names and values that say nothing: what is changed in them would be a mistake.
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "a", "delta", "héllo wörld", "run_1", 'q"\\']),
    lambda v: (
        st.lists(v, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "text", "run_id", 'é"']), v, max_size=4)
    ),
    max_leaves=12,
)
dumps = st.sampled_from(
    [
        json.dumps,
        lambda v: json.dumps(v, ensure_ascii=False, separators=(",", ":")),
        lambda v: json.dumps(v, indent=2),
        lambda v: "42" + json.dumps(["event", v]),
        lambda v: json.dumps({"body": json.dumps(v)}),
        lambda v: json.dumps({"body": json.dumps({"body": json.dumps(v)}, ensure_ascii=False)}),
    ]
)


def planted(value: Any, name: str, path: list[int]) -> Any:
    """The value with a secret under a telling name, somewhere inside."""
    if path and isinstance(value, list) and value:
        i = path[0] % len(value)
        return [planted(v, name, path[1:]) if k == i else v for k, v in enumerate(value)]
    if path and isinstance(value, dict) and value:
        i = path[0] % len(value)
        return {k: planted(v, name, path[1:]) if n == i else v for n, (k, v) in enumerate(value.items())}
    return {"x": value, name: SECRET}


def without(value: Any) -> Any:
    """The value with its placeholders taken back."""
    if isinstance(value, str):
        return SECRET if value.startswith("wsr-") else value
    if isinstance(value, list):
        return [without(v) for v in value]
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items()}
    return value


@given(plain, st.sampled_from(TELLING), st.lists(st.integers(0, 3), max_size=4), dumps)
def test_a_secret_anywhere_in_json_is_gone(value: Any, name: str, path: list[int], dump: Any) -> None:
    text = dump(planted(value, name, path)).encode()
    messages = redactor().messages([(1, text)])
    assert left(everything([], messages), SECRET) == []
    assert messages[0][2]["size"] == len(text)


@given(plain, st.sampled_from(TELLING), st.lists(st.integers(0, 3), max_size=4))
def test_json_stays_json_and_all_other_values_stay(value: Any, name: str, path: list[int]) -> None:
    whole = planted(value, name, path)
    messages = redactor().messages([(1, json.dumps(whole).encode())])
    assert without(json.loads(messages[0][1])) == whole


@given(plain, st.sampled_from(TELLING), st.lists(st.integers(0, 3), max_size=4))
def test_msgpack_stays_msgpack_and_all_other_values_stay(value: Any, name: str, path: list[int]) -> None:
    whole = planted(value, name, path)
    try:
        packed = msgpack.packb(whole)
    except OverflowError:  # an integer beyond 64 bits
        return
    messages = redactor().messages([(2, packed)])
    assert left(everything([], messages), SECRET) == []
    assert without(msgpack.unpackb(messages[0][1])) == whole


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 2, 8, 9, 10]),
            st.binary(max_size=60) | words.map(lambda t: t.encode("utf-8", "surrogatepass")),
        ),
        max_size=6,
    )
)
def test_no_bytes_crash_it_and_twice_is_once(items: list[tuple[int, bytes]]) -> None:
    red = redactor(values={"A": SECRET})
    once = red.messages(list(items))
    assert [m[0] for m in once] == [m[0] for m in items]
    again = red.messages(once)
    assert [m[1] for m in again] == [m[1] for m in once]


@given(values)
def test_no_json_crashes_it_and_twice_is_once(value: Any) -> None:
    red = redactor()
    once = red.messages([(1, json.dumps(value).encode())])
    assert red.messages(once)[0][1] == once[0][1]
    packable = json.loads(json.dumps(value).encode("ascii", "replace"))
    json.loads(once[0][1])
    assert red.text(str(packable)) == red.text(red.text(str(packable)))


@given(words, words, words)
def test_no_head_crashes_it_and_twice_is_once(name: str, value: str, query: str) -> None:
    red = redactor()
    headers = ((name, value), ("Cookie", value), ("Sec-WebSocket-Protocol", value), ("Authorization", query))
    asked = red.request(request("/?" + query, headers, value.encode("utf-8", "surrogatepass")))
    assert red.request(asked) == asked
    answered = red.response(
        response((("Set-Cookie", value), ("Location", query)), query.encode("utf-8", "replace"))
    )
    assert red.response(answered) == answered


@given(st.text(alphabet="abcXYZ019-_.=/+%:\"'\\ {}[]", min_size=0, max_size=30), st.integers(0, 2))
def test_a_known_value_is_gone_wherever_it_stands(around: str, opcode: int) -> None:
    red = redactor(values={"A": SECRET})
    text = (around + SECRET + around).encode()
    messages = red.messages([((1, 2, 8)[opcode], b"\x03\xe8" + text if opcode == 2 else text)])
    assert SECRET.encode() not in messages[0][1]
