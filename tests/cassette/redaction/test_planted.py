"""Every planted secret is gone; every harmless thing stays, byte for byte."""

from collections import Counter

import pytest
from cassette.redaction.harmless import BINARY, HEADERS, PATHS, TEXT
from cassette.redaction.planted import PLANTED, Planted
from cassette.redaction.rig import NONCE, everything, left, redacted, redactor, request, response


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.id)
def test_a_planted_secret_is_nowhere(planted: Planted) -> None:
    red = redactor()
    records, messages = redacted(planted, red)
    written = everything(records, messages)
    assert left(written, planted.secret, *planted.also) == [], written
    made = red.drain_secrets()
    assert made
    assert all(s.placeholder.startswith(f"wsr-{NONCE}-") for s in made)
    assert left(repr(made).encode(), planted.secret) == []


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: p.id)
def test_what_is_redacted_is_not_redacted_again(planted: Planted) -> None:
    red = redactor()
    records, messages = redacted(planted, red)
    assert red.messages(messages) is messages
    for record in records:
        again = red.request(record) if hasattr(record, "method") else red.response(record)  # type: ignore[arg-type]
        assert again == record


def test_the_table_is_large_and_names_each_entry_once() -> None:
    assert len(PLANTED) >= 60
    assert Counter(p.id for p in PLANTED).most_common(1)[0][1] == 1
    assert len(TEXT) >= 60


@pytest.mark.parametrize("text", TEXT)
def test_harmless_text_stays(text: str) -> None:
    items = [(1, text.encode())]
    assert redactor().messages(items) is items


@pytest.mark.parametrize("payload", BINARY)
def test_harmless_binary_stays(payload: bytes) -> None:
    items = [(2, payload)]
    assert redactor().messages(items) is items


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_a_harmless_header_stays(name: str, value: str) -> None:
    asked = request(headers=((name, value),))
    answered = response(headers=((name, value),))
    assert redactor().request(asked) == asked
    assert redactor().response(answered) == answered


@pytest.mark.parametrize("path", PATHS)
def test_a_harmless_path_stays(path: str) -> None:
    assert redactor().request(request(path)).path == path


def test_all_harmless_messages_stay_in_one_batch_too() -> None:
    items = [(1, t.encode()) for t in TEXT] + [(2, b) for b in BINARY]
    assert redactor().messages(items) is items
