"""No secret that anybody knows is left in what a server printed."""

import base64
from typing import Any

import pytest

from wsrecord.cassette.model import Message, Opcode, Record, Request, Response
from wsrecord.cassette.redaction.redactor import Redactor, Vault
from wsrecord.live.censor import Censor, StrictVault

GIVEN = "correct-horse-battery"
WORDS = "opaque-token-of-mine"  # reads as words: no redactor of a cassette learns it


def censor(*heard: Record) -> Censor:
    values = {"password": GIVEN}
    made = Censor(Redactor(nonce="0a1b2c3d4e5f", values=values, vault=Vault()), StrictVault(), values)
    made.learn(heard)
    return made


def request(*headers: tuple[str, str], path: str = "/") -> Request:
    more: dict[str, Any] = {"connection": 1, "exchange": 1, "began": 0, "t": 0}
    return Request(method="GET", path=path, headers=headers, **more)


HEARD = [
    request(("Authorization", f"Bearer {WORDS}")),
    request(("Cookie", f"session={WORDS}")),
    request(path=f"/ws?access_token={WORDS}"),
    Response(
        connection=1,
        exchange=1,
        began=0,
        t=0,
        status=200,
        reason="OK",
        headers=(("Content-Type", "application/json"),),
        body=f'{{"access_token": "{WORDS}"}}'.encode(),
    ),
    Message(t=0, session=1, sender="server", opcode=Opcode.TEXT, payload=f'{{"token": "{WORDS}"}}'.encode()),
]


@pytest.mark.parametrize("record", HEARD, ids=["header", "cookie", "query", "login", "message"])
@pytest.mark.parametrize("text", ["{}", "got '{}' for nothing", "headers={{'a': b'Bearer {}'}}"])
def test_what_stood_under_a_telling_name_is_out_wherever_it_stands(record: Record, text: str) -> None:
    said = text.format(WORDS)
    assert WORDS in censor().clean(f"got {WORDS} for nothing"), "it is known from what was said alone"
    assert WORDS not in censor(record).clean(said)


def test_what_was_given_is_out_in_all_its_spellings() -> None:
    for text in (GIVEN, f"password={GIVEN}", base64.b64encode(f"user:{GIVEN}".encode()).decode()):
        assert text not in censor().clean(f"line one\n  {text}\nline three")


def test_a_secret_that_is_broken_over_lines_takes_all_with_it() -> None:
    framed = f"│ local = '{GIVEN[:9]} │\n│ {GIVEN[9:]}'  │"
    assert GIVEN[9:] not in censor().clean(f"before\n{framed}\nafter")
    assert "broken over several lines" in censor().clean(framed)


def test_a_traceback_without_secrets_stays_as_it_is() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/app/server.py", line 46, in answer\n'
        "    token = self.tokens[said['id']]\n"
        "            ~~~~~~~~~~~^^^^^^^^^^^^\n"
        "KeyError: '29c22f97-3d15-4bae-9cc9-6a52c25ac825'"
    )
    assert censor(*HEARD).clean(text) == text
