"""Where a secret is said, so that people know whose it is."""

import pytest
from dialogue.recordings import Writer

from wsrecord.dialogue.script import script
from wsrecord.dialogue.whereabouts import whereabouts

SECRET, OTHER = "wsr-0123456789ab-password-1", "wsr-0123456789ab-pin-2"


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        (
            Writer().exchange("POST", "/login", {"username": "bob", "password": SECRET}, {}).open(1),
            "POST /login, beside username=bob",
        ),
        (
            Writer()
            .exchange("POST", "/login", {"pin": OTHER, "long": "x" * 99, "password": SECRET}, {})
            .open(1),
            "POST /login",
        ),
        (Writer().open(1, f"/ws?user=ada&token={SECRET}"), "upgrade of /ws, beside user=ada"),
        (
            Writer().open(1).client({"type": "auth", "user": "ada", "key": SECRET}),
            "auth (session 1), beside user=ada",
        ),
    ],
    ids=["login", "nothing", "query", "message"],
)
def test_what_stands_beside_it_tells_whose_it_is(writer, expected):
    dialogue = script(writer.end(1).recording)
    [one] = (one for one in dialogue.secrets if one.value == SECRET)
    assert whereabouts(dialogue, one) == expected
