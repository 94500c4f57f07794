"""What stands for secrets: where it comes from, how often it is asked for, and that nothing shows it."""

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.scripted import nothing_left

from wsrecord.errors import UsageError
from wsrecord.live.credentials import (
    Given,
    Purse,
    Wallet,
    ask_for,
    parse_header,
    parse_query,
    parse_secret,
)

VALUE = "s3cr3t-Va1ue-4f3c9a1b"


def secret(name: str, number: int = 1) -> tuple[str, str]:
    return name, f"wsr-0123456789ab-{name.lower()}-{number}"


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


def purses(given: Given, users: list[str], clock: Callable[[], float] = lambda: 0.0) -> list[Purse]:
    async def ask() -> list[Purse]:
        async with nothing_left():
            wallet = Wallet(given, clock)
            return [await wallet.of(user) for user in users]

    return asyncio.run(ask())


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(VALUE + "\n")
    assert parse_secret("token=env:T", {"T": VALUE}) == ("token", VALUE, None)
    assert parse_secret(f"token=file:{file}", {}) == ("token", VALUE, None)


def test_a_literal_secret_is_taken_with_a_warning_that_does_not_repeat_it() -> None:
    name, value, warning = parse_secret(f"token={VALUE}", {})
    assert (name, value) == ("token", VALUE)
    assert warning
    assert VALUE not in warning


@pytest.mark.parametrize("text", ["token", VALUE, "=x", "token=", "token=env:NO", "token=file:/no/such/file"])
def test_a_secret_that_can_not_be_had_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_secret(text, {})
    assert VALUE not in str(caught.value)


def test_what_a_page_left_out_is_asked_for_by_name() -> None:
    with pytest.raises(UsageError, match="--secret token: … stands for"):
        parse_secret("token=…", {})
    with pytest.raises(UsageError, match="--header X-Key: … stands for"):
        parse_header("X-Key: …")
    with pytest.raises(UsageError, match="--query key: … stands for"):
        parse_query("key=…")


def test_headers_and_parameters_are_read() -> None:
    assert parse_header("X-Key: a: b") == ("X-Key", "a: b")
    assert parse_query("k=a=b") == ("k", "a=b")
    for wrong in ("no colon", "bad name: x", "X: a\r\nY: b", "X: пароль"):
        with pytest.raises(UsageError):
            parse_header(wrong)
    with pytest.raises(UsageError):
        parse_query("token")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"wsr-0123456789ab-token-2": "a", "token-2": "b", "token": "c", "*": "d"}, "a"),
        ({"token-2": "b", "token": "c", "*": "d"}, "b"),
        ({"token-1": "x", "token": "c", "*": "d"}, "c"),
        ({"token-1": "x", "*": "d"}, "d"),
        ({"token-1": "x"}, None),
    ],
)
def test_the_closest_name_wins(variables: dict[str, str], expected: str | None) -> None:
    one = secret("token", 2)
    assert Purse(variables).value(*one) == expected
    assert Purse(variables).values([one]) == ({} if expected is None else {one[1]: expected})


def test_names_are_found_as_headers_and_as_variables_write_them() -> None:
    assert Purse({"x_api_key": VALUE}).value("X-API-Key") == VALUE
    assert Purse({"authorization": VALUE}).value("Authorization") == VALUE


def test_a_bare_token_is_asked_for_once_a_user() -> None:
    first, again, other = purses(Given(auth="echo $WSRECORD_USER-$(date +%N)"), ["ann", "ann", "bo's"])
    assert first.value("anything") == again.value("anything")
    assert str(first.value("token")).startswith("ann-")
    assert str(other.value("token")).startswith("bo's-")


def test_a_user_is_an_argument_that_no_shell_reads() -> None:
    (purse,) = purses(Given(auth="printf '%s' {user}"), ["$(id);'x"])
    assert purse.value("token") == "$(id);'x"


def test_variables_come_from_setup_auth_and_secrets_the_nearest_last() -> None:
    given = Given(
        secrets={"c": "3"},
        auth="""echo '{"b": "2", "c": "2", "n": 7, "flag": true}'""",
        setup="""echo '{"a": "1", "b": "1", "c": "1"}'""",
    )
    (purse,) = purses(given, ["1"])
    assert purse.variables == {"a": "1", "b": "2", "c": "3", "n": "7", "flag": "true"}


@pytest.mark.parametrize(
    ("printed", "lives"),
    [
        ({"token": VALUE, "expires_in": 100}, 100),
        (jwt(exp=100), 100),
        ({"t": jwt(exp=50), "u": jwt(exp=9e9)}, 50),
    ],
)
def test_what_expired_is_asked_for_again(printed: object, lives: float, tmp_path: Path) -> None:
    file = tmp_path / "printed"
    file.write_text(printed if isinstance(printed, str) else json.dumps(printed))
    count = tmp_path / "count"
    given = Given(auth=f"echo x >> {count}; cat {file}")

    async def ask() -> list[int]:
        now = 0.0
        wallet = Wallet(given, lambda: now)
        asked = []
        for now in (0.0, lives - 20, lives - 5):  # noqa: B007 - the clock reads it
            await wallet.of("1")
            asked.append(len(count.read_text().split()))
        return asked

    assert asyncio.run(ask()) == [1, 1, 2]


def test_what_a_command_leaves_running_is_not_waited_for() -> None:
    (purse,) = purses(Given(auth=f"sleep 60 & echo {VALUE}", patience=5.0), ["1"])
    assert purse.value("token") == VALUE


def test_a_401_has_it_asked_for_again() -> None:
    async def ask() -> tuple[bool, bool, bool]:
        wallet = Wallet(Given(auth="date +%N"), lambda: 0.0)
        before = await wallet.of("1")
        refused = wallet.refused("1", before.variables)
        after = await wallet.of("1")
        # Another run was refused the same: what has been asked for meanwhile stays.
        again = wallet.refused("1", before.variables)
        return refused and again, before != after, after == await wallet.of("1")

    assert asyncio.run(ask()) == (True, True, True)
    assert not Wallet(Given(), lambda: 0.0).refused("1", {})


def test_several_sessions_of_one_user_ask_once(tmp_path: Path) -> None:
    count = tmp_path / "count"

    async def ask() -> None:
        wallet = Wallet(Given(auth=f"echo x >> {count}; sleep 0.1; echo {VALUE}"), lambda: 0.0)
        await asyncio.gather(*(wallet.of("1") for _ in range(5)))

    asyncio.run(ask())
    assert count.read_text() == "x\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"echo {VALUE}; echo no such user >&2; exit 3", "exit code 3: no such user"),
        (f"echo {VALUE} and more", "neither one token nor a JSON object"),
        ("true", "printed nothing"),
        (f"echo {VALUE}; sleep 60", "did not end within"),
        ("no-such-command-anywhere", "exit code 127"),
        (f"{sys.executable} -c 'print(\"x\" * 2000000)'", "more than"),
    ],
)
def test_a_command_that_fails_says_why_and_not_what(command: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        purses(Given(auth=command, patience=1.0), ["1"])
    assert VALUE not in str(caught.value)


def test_setup_prints_variables_only() -> None:
    with pytest.raises(UsageError, match="not a JSON object"):
        purses(Given(setup=f"echo {VALUE}"), ["1"])


def test_all_that_is_missing_is_asked_for_at_once() -> None:
    purse = Purse({"token": VALUE}, given_headers=(("Authorization", "Bearer {token}"),))
    wanted = [
        secret("token"),
        secret("Authorization"),
        secret("X-API-Key"),
        secret("password"),
        secret("password", 2),
    ]
    missing = purse.missing(wanted)
    assert missing == ["X-API-Key", "password"]
    text = str(ask_for(dict.fromkeys(missing, ())))
    assert "x_api_key=env:X_API_KEY" in text
    assert text.count("--secret password=env:PASSWORD") == 1


def test_what_is_missing_is_asked_for_with_where_it_is_said_in_one_spelling() -> None:
    said = {"password-1": ["POST /login, beside username=bob"], "token": ["GET /ws", "GET /feed"]}
    assert str(ask_for(said)).splitlines()[1:] == [
        "  --secret password_1=env:PASSWORD_1  for POST /login, beside username=bob",
        "  --secret token=env:TOKEN  for GET /ws",
        "                            for GET /feed",
        "  or --auth 'COMMAND', which prints a token, or a JSON object of such names",
    ]


def test_a_command_that_printed_other_names_is_told_which() -> None:
    printed = f'echo \'{{"access_token": "{VALUE}", "token_type": "bearer"}}\''
    [purse] = purses(Given(auth=printed), ["1"])
    assert purse.missing([secret("token")]) == ["token"]
    text = str(ask_for({"token": ["GET /ws, header authorization"]}, purse.printed))
    assert text.splitlines()[1:] == [
        "  --secret token=env:TOKEN  for GET /ws, header authorization",
        "  --auth printed other names: access_token, token_type",
        "  or have --auth print it under this name",
    ]
    assert VALUE not in text


def test_a_bare_token_has_no_name_to_tell() -> None:
    [purse] = purses(Given(auth=f"echo {VALUE}"), ["1"])
    assert "printed" not in str(ask_for({"token": []}, purse.printed))


def test_given_headers_take_variables() -> None:
    purse = Purse(
        {"token": VALUE},
        (("Authorization", "Bearer {token}"), ("X", "{ not one }")),
        (("access_token", "{token}"),),
    )
    assert purse.headers() == (("Authorization", f"Bearer {VALUE}"), ("X", "{ not one }"))
    assert purse.query() == (("access_token", VALUE),)
    with pytest.raises(UsageError, match="no variable other"):
        Purse({}, (("X", "{other}"),)).headers()


def test_a_value_never_shows_itself() -> None:
    given = Given(headers=(("X", VALUE),), query=(("q", VALUE),), secrets={"token": VALUE})
    purse = Purse({"token": VALUE}, given.headers, given.query)
    assert VALUE not in repr(given) + repr(purse)


def test_a_redactor_is_told_all_values_that_are_long_enough() -> None:
    async def ask() -> dict[str, str]:
        wallet = Wallet(Given(secrets={"a": VALUE, "b": "short"}, auth="echo 0123456789abcdef"), lambda: 0.0)
        await wallet.of("1")
        return wallet.secrets

    assert asyncio.run(ask()) == {"a": VALUE, "token": "0123456789abcdef"}


def test_what_is_redacted_by_value_is_asked_for_by_the_name_it_was_given_under() -> None:
    async def ask() -> dict[str, str]:
        wallet = Wallet(Given(auth='echo "{\\"pass word\\": \\"secret-of-$WSRECORD_USER\\"}"'), lambda: 0.0)
        await wallet.of("ada")
        await wallet.of("grace")
        return wallet.secrets

    values = asyncio.run(ask())
    assert list(values.values()) == ["secret-of-ada", "secret-of-grace"]
    purse = Purse({"pass_word": VALUE})
    for name in values:
        assert purse.value(name) == VALUE
