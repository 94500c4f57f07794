"""Heads: no header is left out, and what stands in them is compared as bytes."""

import json

import pytest
from cassette.redaction.planted import JWT, SK
from cassette.redaction.rig import NONCE, redactor, request, response

SECRET = "Zx81kq0Lm4-Tt7Rb2Wn9Q"
UMLAUTS = "Zx81-schlüßel-für-é9"
PLAIN = (
    "WWW-Authenticate",
    "ETag",
    "If-None-Match",
    "Content-Security-Policy",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Vary",
    "Access-Control-Allow-Headers",
    "Keep-Alive",
)


def on_the_wire(text: str) -> str:
    """UTF-8 as a head holds it: one character for each byte."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("name", PLAIN)
def test_known_values_and_known_forms_are_looked_for_in_every_header(name: str) -> None:
    red = redactor(values={"MINE": SECRET})
    red.messages([(1, b'{"password": "le4rned-Value-77"}')])
    for value, secret in (
        (f'x "{SECRET}"', SECRET),
        ("y=le4rned-Value-77", "le4rned-Value-77"),
        (f"z {SK}", SK),
        (f"Bearer {JWT}", JWT),
        ("report-uri https://x.example/r?access_token=q1w2e3&v=1", "q1w2e3"),
    ):
        for new in (
            red.request(request(headers=((name, value),))),
            red.response(response(((name, value),))),
        ):
            assert secret not in repr(new)
            assert new.headers[-1][1].startswith(value[:1])


@pytest.mark.parametrize(
    "value",
    [
        'Bearer resource_metadata="https://x.example/.well-known/oauth-protected-resource"',
        'Bearer authorization_uri="https://login.example/common", error="invalid_token"',
        "Bearer realm=api.example.com/v1/users",
        'Bearer error_description="The access token expired"',
        'Digest realm="a", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
        'Basic realm="secret place", charset="UTF-8"',
    ],
)
def test_a_challenge_stays(value: str) -> None:
    answered = response((("WWW-Authenticate", value),))
    assert redactor().response(answered) == answered


def test_a_secret_of_other_letters_is_found_in_heads() -> None:
    red = redactor(values={"MINE": UMLAUTS})
    new = red.request(
        request(
            f"/ws/{on_the_wire(UMLAUTS)}", (("X-Odd", f"a {on_the_wire(UMLAUTS)} b"), ("X-Latin", UMLAUTS))
        )
    )
    assert new.path == f"/ws/wsr-{NONCE}-mine-1"
    assert new.headers[1:] == (("X-Odd", f"a wsr-{NONCE}-mine-1 b"), ("X-Latin", f"wsr-{NONCE}-mine-1"))
    assert UMLAUTS not in red.text(f"no {UMLAUTS}")
    assert on_the_wire(UMLAUTS) not in red.text(f"can't read {on_the_wire(UMLAUTS)}")


@pytest.mark.parametrize("met", [on_the_wire(UMLAUTS), UMLAUTS])
def test_what_is_learned_in_a_head_is_found_in_messages(met: str) -> None:
    red = redactor()
    red.request(request(headers=(("X-Api-Key", met),)))
    for payload in (json.dumps([UMLAUTS]), json.dumps([UMLAUTS], ensure_ascii=False)):
        ((_, new, _),) = red.messages([(1, payload.encode())])
        assert json.loads(new) == [f"wsr-{NONCE}-x_api_key-1"]


def test_a_head_without_secrets_keeps_its_letters() -> None:
    asked = request("/" + on_the_wire("café"), (("X-A", on_the_wire("für alle")), ("X-B", "für \udce9")))
    assert redactor().request(asked) == asked
