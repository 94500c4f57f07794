"""The redactor as the recorder uses it: placeholders, learning, sizes, failures."""

import base64
import json
from urllib.parse import quote

import pytest
from cassette.redaction.rig import NONCE, redactor, request, response

from wsrecord.cassette.model import Note, Opcode
from wsrecord.cassette.redaction import Redactor, Vault, blunt, environment_values
from wsrecord.errors import UsageError

SECRET = "Zx81kq0Lm4-Tt7Rb2Wn9Q"
LOGIN = json.dumps({"password": SECRET}).encode()


def text(red: Redactor, payload: str | bytes) -> str:
    raw = payload.encode() if isinstance(payload, str) else payload
    return red.messages([(1, raw)])[0][1].decode()  # type: ignore[no-any-return]


def test_equal_values_get_equal_placeholders_however_they_are_escaped() -> None:
    red = redactor()
    value = 'a"b/c d+e9f8'
    made = json.loads(text(red, json.dumps({"password": value})))["password"]
    assert made == f"wsr-{NONCE}-password-1"
    assert json.loads(text(red, json.dumps({"x": value})))["x"] == made
    assert json.loads(json.loads(text(red, json.dumps({"x": json.dumps([value])})))["x"]) == [made]
    assert text(red, "x=" + quote(value, safe="")) == "x=" + made
    assert red.request(request("/?p=" + quote(value, safe=""))).path == "/?p=" + made
    assert [s.placeholder for s in red.drain_secrets()] == [made]


@pytest.mark.parametrize("inner", [True, False])
@pytest.mark.parametrize("outer", [True, False])
@pytest.mark.parametrize(
    "value", ['say"nine\\9/\u00e9', "a<b>&c=d'9+\u2028", "tab\there9\nx/y", "\U0001f600smile9+"]
)
def test_a_learned_value_is_found_in_json_in_json_whatever_encoder_wrote_it(
    value: str, inner: bool, outer: bool
) -> None:
    red = redactor()
    text(red, json.dumps({"password": value}))
    once = json.dumps({"x": value}, ensure_ascii=inner)
    for written in (once, once.replace("/", "\\/")):
        twice = json.dumps({"t": written}, ensure_ascii=outer)
        assert f"wsr-{NONCE}-password-1" in text(red, written)
        assert json.loads(json.loads(text(red, twice))["t"])["x"] == f"wsr-{NONCE}-password-1"
    shielded = once.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    assert json.loads(text(red, shielded))["x"] == f"wsr-{NONCE}-password-1"


def test_another_value_gets_another_number() -> None:
    red = redactor()
    assert text(red, '["a", {"password": "one"}, {"password": "two"}]').count("-password-") == 2
    assert [s.placeholder[-1] for s in red.drain_secrets()] == ["1", "2"]


def test_a_secret_within_base64_names_the_same_number() -> None:
    red = redactor()
    text(red, LOGIN)
    for n in range(3):
        blob = base64.b64encode(b"x" * n + SECRET.encode() + b"yyy").decode()
        assert f"wsr-{NONCE}-password-1.b64" in text(red, json.dumps({"b": blob}))


def test_a_secret_is_announced_once_with_its_name_and_length_and_never_its_value() -> None:
    red = redactor()
    text(red, LOGIN)
    text(red, LOGIN)
    (secret,) = red.drain_secrets()
    assert (secret.name, secret.length) == ("password", len(SECRET))
    assert SECRET not in repr(secret)
    assert red.drain_secrets() == []


def test_a_placeholder_is_plain_in_every_place() -> None:
    red = redactor()
    made = json.loads(text(red, json.dumps({"weird.Näme-of/Password": SECRET, "password": "x"})))
    for value in made.values():
        assert quote(value, safe="") == value
        assert all(c.isascii() and (c.isalnum() or c in "-_.") for c in value)


def test_a_placeholder_of_another_nonce_is_ordinary_text() -> None:
    items = [(1, b'{"text": "wsr-ffffffffffff-password-1"}')]
    assert redactor().messages(items) is items
    assert "ffffffffffff" not in text(redactor(), '{"password": "wsr-ffffffffffff-password-1"}')


def test_what_is_changed_keeps_its_size_and_its_frames() -> None:
    red = redactor()
    details = {"frames": ((10, 128, 0),), "began": 3}
    ((_, _, new),) = red.messages([(1, LOGIN, details)])
    assert new == {**details, "size": len(LOGIN)}
    assert "size" not in details
    ((_, _, cut),) = red.messages([(1, LOGIN, {"size": 99})])
    assert cut["size"] == 99


def test_a_batch_without_secrets_comes_back_itself() -> None:
    items: list[tuple[int, bytes]] = [(1, b'{"a": 1}'), (2, b"\x00"), (9, b"ping"), (8, b"")]
    assert redactor().messages(items) is items
    assert redactor().messages([]) == []


def test_only_the_message_with_a_secret_is_replaced() -> None:
    items = [(1, b'{"max_tokens": 5}'), (1, LOGIN), (1, b'{"a": 1}')]
    out = redactor().messages(items)
    assert out[0] is items[0]
    assert out[2] is items[2]


def test_opaque_binary_keeps_its_length() -> None:
    red = redactor()
    for secret in (SECRET, "s1", "x" * 40 + "9" * 40):
        payload = b"\x00\x01\xff" + f"password={secret}".encode() + b"\x00\x02"
        ((_, new, _),) = red.messages([(2, payload)])
        assert len(new) == len(payload)
        assert secret.encode() not in new
        assert red.messages([(2, new)])[0][1] == new


def test_a_close_reason_stays_within_a_control_frame() -> None:
    reason = "password=ab1 " * 9
    ((_, new, details),) = redactor().messages([(8, b"\x0f\xa0" + reason.encode())])
    assert len(new) <= 125
    assert new[:2] == b"\x0f\xa0"
    assert b"ab1" not in new
    assert details["size"] == 2 + len(reason)


def test_a_value_learned_by_one_redactor_is_known_to_all_that_share_its_vault() -> None:
    vault = Vault()
    one = Redactor(nonce=NONCE, vault=vault)
    other = Redactor(nonce=NONCE, vault=vault)
    stranger = Redactor(nonce="ba9876543210", vault=vault)
    text(one, LOGIN)
    assert text(other, f"it is {SECRET}") == f"it is wsr-{NONCE}-password-1"
    assert text(stranger, f"it is {SECRET}") == "it is wsr-ba9876543210-password-1"
    assert [s.placeholder for s in other.drain_secrets()] == [f"wsr-{NONCE}-password-1"]


@pytest.mark.parametrize(
    "ordinary",
    ["administrator", "password", "anonymous", "undefined", "98765432", "2026-01-31", "changeme", "short1"],
)
def test_an_ordinary_value_is_redacted_at_its_place_and_not_learned(ordinary: str) -> None:
    red = redactor()
    assert ordinary not in text(red, json.dumps({"passwd": ordinary}))
    again = json.dumps({"type": "x", "text": f"role {ordinary} of this"})
    assert text(red, again) == again


def test_many_learned_values_are_all_found_later() -> None:
    red = redactor()
    secrets = [f"Qx{i:05d}zT{i * 7919 % 99991:05d}" for i in range(900)]
    for i in range(0, 900, 30):
        red.messages([(1, json.dumps({"access_token": s}).encode()) for s in secrets[i : i + 30]])
    written = "\n".join(text(red, f"again {s} end") for s in secrets)
    assert not any(s in written for s in secrets)


def test_values_given_are_looked_for_from_the_start() -> None:
    red = redactor(values={"DEPLOY_KEY": "the quick brown"})
    assert text(red, "on the quick brown fox") == f"on wsr-{NONCE}-deploy_key-1 fox"
    assert red.drain_secrets()[0].name == "DEPLOY_KEY"


def test_a_given_value_that_is_too_short_is_refused() -> None:
    with pytest.raises(UsageError, match="PIN has fewer than 8"):
        redactor(values={"PIN": "1234"})


def test_names_can_be_added_and_taken_away() -> None:
    red = redactor(extra_names=["Employee Number", "x-tenant"], keep_names=["access_token"])
    assert "4711" not in text(red, '{"employeeNumber": "4711"}')
    assert "4711" not in text(red, '{"employee_number": "4711"}')
    assert ("X-Tenant", "acme") not in red.request(request(headers=(("X-Tenant", "acme"),))).headers
    kept = json.dumps({"access_token": SECRET})
    assert text(red, kept) == kept


def test_credential_like_variables_are_taken_from_the_environment() -> None:
    environ = {
        "OPENAI_API_KEY": "abc123def456",
        "DB_PASSWORD": "correct9horse",
        "SOME_VENDOR_KEY": "zz99zz99zz99",
        "GITHUB_TOKEN": "short",
        "SSH_AUTH_SOCK": "/tmp/agent.12345678",
        "TOKEN_FILE": "/run/secrets/token-1",
        "PGPASSWORD": "administrator",
        "GPG_KEY": "A035C8C19219BA821ECEA86B64E628F8D684696D",
        "PATH": "/usr/bin:/bin",
        "KEYBOARD": "querty-uiop-12345",
    }
    assert set(environment_values(environ)) == {"OPENAI_API_KEY", "DB_PASSWORD", "SOME_VENDOR_KEY"}


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", "/bPxRfiCYEXAMPLEKEYwJalrXUtnFEMIK7MDENG", True),
        ("AWS_SECRET_ACCESS_KEY", "/bPx/RfiCYEXAMPLEKEYwJalr/XUtnFEMIK7MDENG", True),
        ("DB_PASSWORD", "sunny-meadow-table", True),
        ("DB_PASSWORD", "~tilde/9", True),
        ("DB_PASSWORD", "./dots-and-9", True),
        ("DB_PASSWORD", "98765432", True),
        ("DB_PASSWORD", "/home/ada/x.pem", True),
        ("DB_PASSWORD", "password", False),
        ("DB_PASSWORD", "********", False),
        ("DB_PASSWORD", "${VAULT_PASSWORD}", False),
        ("DB_PASSWORD", "2026-01-31", False),
        ("MY_TOKEN", "/bPxRfi/CYEXAMPLE9KEYwJalr+XUtnF", True),
        ("MY_TOKEN", "~bPxRfiCYEXAMPLE9KEYwJalr", True),
        ("MY_TOKEN", "/run/secrets/token-1", False),
        ("MY_TOKEN", "~/.config/x9/token", False),
        ("SERVICE_KEY", "./Keys/x9.pem", False),
        ("SERVICE_KEY", "C:\\Users\\Ada\\K9x.json", False),
        ("SERVICE_KEY", "sunny-meadow-table", False),
        ("PWD", "/home/ada/my-shop", False),
        ("OLDPWD", "/home/ada/x9Qz7Lm2", False),
        ("DB_PWD", "/home/ada/x9Qz7Lm2", True),
        ("SOME_PATH", "/bPxRfiCYEXAMPLEKEYwJalr", False),
        ("PWD", "/home/ada/src/agent-2", False),
        ("OLDPWD", "/home/ada/src/agent-2", False),
        ("PWD", "tr0ub4dor&3-9x", True),
        ("MYSQL_PWD", "/home/ada/src/agent-2", True),
    ],
)
def test_a_variable_is_a_secret_unless_it_is_a_path_or_a_word(name: str, value: str, secret: bool) -> None:
    assert set(environment_values({name: value})) == ({name} if secret else set())


def test_the_oldest_learned_values_make_room_and_the_users_own_never_do() -> None:
    red = redactor(values={"MINE": SECRET}, vault=Vault(most=100))
    secrets = [f"v4lue-{n:05}-Zx81kq" for n in range(1000)]
    for at in range(0, len(secrets), 7):
        batch = [(1, json.dumps({"password": s}).encode()) for s in secrets[at : at + 7]]
        batch += [(1, s.encode()) for s in secrets[at : at + 7]]
        assert "v4lue" not in repr(red.messages(batch))
        assert SECRET not in text(red, f"x {SECRET}")
    assert "v4lue" not in text(red, " ".join(secrets[-70:]))
    assert "token" in text(red, '{"token": 1}')
    assert "v4lue" not in text(red, json.dumps({"password": secrets[0]}))
    assert "v4lue" not in text(red, f"again {secrets[0]}")
    assert len(red.vault.exact) < 150 * 30


def test_a_message_that_had_to_be_emptied_says_so_and_is_counted() -> None:
    red = redactor()
    hopeless = b'{"password":"x",' * 200_000
    assert red.messages([(1, hopeless), (1, LOGIN)])[0][2] == {"size": len(hopeless), "unread": "redacted"}
    assert red.emptied == 1
    assert red.messages([(1, hopeless, {"unread": "broken"})])[0][2]["unread"] == "broken"
    assert red.emptied == 2


def test_texts_for_logs_lose_their_secrets() -> None:
    red = redactor()
    shown = red.text(f"can't reach wss://ada:{SECRET}@h/ws?token={SECRET}&v=1: refused")
    assert SECRET not in shown
    assert shown.startswith("can't reach wss://ada:wsr-")
    assert shown.endswith("&v=1: refused")
    assert red.text("plain \udcff text") == "plain \udcff text"


def test_notes_lose_their_secrets() -> None:
    red = redactor(values={"A": SECRET})
    note = Note(t=1, code="x", text=f"bad {SECRET}", data=b"\x00\xff" + SECRET.encode())
    new = red.note(note)
    assert SECRET not in repr(new)
    assert len(new.data or b"") == len(note.data or b"")
    plain = Note(t=1, code="x", text="a token of 3 bytes")
    assert red.note(plain) is plain


def test_odd_bytes_in_heads_stay_as_they_are() -> None:
    asked = request("/caf\udce9?x=\udcff", (("X-Odd", "caf\udce9 \udcff"), ("X-More", "é")), b"\xff\xfe")
    assert redactor().request(asked) == asked


def test_a_chosen_subprotocol_is_redacted_as_it_was_offered() -> None:
    red = redactor()
    asked = red.request(request(headers=(("Sec-WebSocket-Protocol", f"bearer, {SECRET}"),)))
    answered = red.response(response((("Sec-WebSocket-Protocol", SECRET),)))
    assert answered.headers[0][1] == asked.headers[1][1].split(", ")[1]


def test_cookies_keep_their_attributes() -> None:
    red = redactor()
    value = 'sid="abc9"; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure'
    ((_, new),) = red.response(response((("Set-Cookie", value),))).headers
    assert new == f'sid="wsr-{NONCE}-sid-1"; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure'


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG])
def test_pings_and_pongs_are_looked_into(opcode: Opcode) -> None:
    red = redactor(values={"A": SECRET})
    assert SECRET.encode() not in red.messages([(opcode, b"\x00" + SECRET.encode())])[0][1]


def test_the_last_resort_takes_whatever_follows_a_telling_name() -> None:
    vault = redactor(values={"A": SECRET}).vault
    payload = f'{{"author":"ada","password":["{{x1y2z3}}", {{\\"api_key\\":\\"q9\\"}} {SECRET}'.encode()
    left = payload
    for span in reversed(blunt.find(payload, vault)):
        left = left[: span.start] + left[span.end :]
    assert not any(s in left for s in (b"x1y2z3", b"q9", SECRET.encode()))
