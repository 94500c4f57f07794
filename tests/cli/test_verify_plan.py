"""Options and configuration of `wsrecord verify`: credentials, commands around the server, who wins."""

import json
import os
import sys
from pathlib import Path

import pytest
from cli.verifying import against, code, codes, verify
from live.chat import cassette, chat, conversation, without
from live.recorded import Recorded
from support.certificates import Authority
from support.scripted import Peer
from support.served import served

from wsrecord.errors import Exit

TOKEN = "wsr-0123456789ab-token-1"
HERE = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def folder(project: Path) -> Path:
    return project


class Guarded:
    """A server that lets in who has one of these tokens; it notes whom it saw."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.seen: list[str] = []
        self._chat = chat()

    async def act(self, peer: Peer) -> None:
        head = await peer.head()
        lines = head.split(b"\r\n")
        token = next(
            (one.partition(b": ")[2].decode() for one in lines if one.lower().startswith(b"x-token")), ""
        )
        self.seen.append(token)
        if token not in self.good:
            peer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            await peer.writer.drain()
            return
        await self._chat(_Again(peer, head))


class _Again(Peer):
    """A client whose head was read already."""

    def __init__(self, peer: Peer, head: bytes) -> None:
        super().__init__(peer.reader, peer.writer)
        self._head = head

    async def head(self) -> bytes:
        return self._head


def guarded(folder: Path, name: str = "chat.wsr", token: str = TOKEN) -> None:
    cassette(folder / name, conversation(x_token=token), nonce="0123456789ab")


def test_a_missing_secret_is_named_before_anything_is_started_or_connected(folder: Path) -> None:
    guarded(folder)
    server = Guarded("very-secret-1")
    mark = folder / "started"
    with served(server.act) as port:
        result = against(port, "chat", "--start", f"touch {mark}; sleep 9")
    assert code(result) == Exit.USAGE
    assert "--secret token=env:TOKEN" in str(result.exception)
    assert not mark.exists()
    assert server.seen == []


@pytest.mark.parametrize(
    "given",
    [
        ("--secret", "token=env:THE_TOKEN"),
        ("--secret", "token-1=env:THE_TOKEN"),
        ("--secret", f"{TOKEN}=env:THE_TOKEN"),
        ("--secret", "token=file:token.txt"),
        ("--header", "X-Token: very-secret-1"),
        ("--header", "X-Token: {mine}", "--secret", "mine=env:THE_TOKEN"),
        ("--auth", "echo very-secret-1"),
        ("--auth", 'echo \'{"token": "very-secret-1", "expires_in": 60}\''),
        ("--setup", 'echo \'{"token": "very-secret-1"}\''),
    ],
)
def test_a_secret_can_be_given_in_many_ways(given: tuple[str, ...], folder: Path) -> None:
    guarded(folder)
    (folder / "token.txt").write_text("very-secret-1\n")
    server = Guarded("very-secret-1")
    with served(server.act) as port:
        result = against(port, "chat", *given, THE_TOKEN="very-secret-1")
    assert code(result) == Exit.CLEAN, result.output
    assert server.seen[-1] == "very-secret-1"


def test_a_parameter_goes_into_the_upgrade(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    heads: list[bytes] = []

    async def act(peer: Peer) -> None:
        heads.append(head := await peer.head())
        await chat()(_Again(peer, head))

    with served(act) as port:
        assert code(against(port, "chat", "--query", "tenant=blue")) == Exit.CLEAN
    assert b"GET /ws?tenant=blue HTTP/1.1" in heads[-1]


def test_each_user_is_asked_for_once_and_comes_with_credentials_of_its_own(folder: Path) -> None:
    two = conversation(x_token=TOKEN)
    two.upgrade(2, x_token="wsr-0123456789ab-token-2").server({"type": "welcome", "motto": ""}, session=2)
    two.close(session=2)
    cassette(folder / "a.wsr", two, nonce="0123456789ab")
    cassette(folder / "b.wsr", two, nonce="0123456789ab")
    command = 'echo "$WSRECORD_USER" >> asked; echo "secret-of-user-$WSRECORD_USER"'
    server = Guarded("secret-of-user-1", "secret-of-user-2")
    with served(server.act) as port:
        result = against(port, "a", "b", "--auth", command, "--repeat", "2", "--json", "-")
    assert set(codes(result)) <= {"WS801", "WS803"}, result.stdout  # the two say other things: not our matter
    users = [user for user in (folder / "asked").read_text().splitlines() if user]
    assert sorted(users) == ["1", "2"]
    assert sorted(filter(None, server.seen)) == ["secret-of-user-1"] * 4 + ["secret-of-user-2"] * 4


def test_a_token_that_was_good_is_asked_for_anew_and_one_that_never_was_is_a_finding(folder: Path) -> None:
    guarded(folder)
    (folder / "token").write_text("the-first-token")
    server = Guarded("the-first-token")

    async def act(peer: Peer) -> None:
        await server.act(peer)
        if server.seen.count("the-first-token") == 2:  # from now on another one counts
            server.good = {"the-second-token"}
            (folder / "token").write_text("the-second-token")

    with served(act) as port:
        result = against(port, "chat", "--auth", "cat token", "--repeat", "4")
        assert code(result) == Exit.CLEAN, result.output
        assert "refused with 401; another was asked for" in result.stderr
        assert "the-second" not in result.output
        (folder / "token").write_text("never-a-good-token")
        before = len(server.seen)
        result = against(port, "chat", "--auth", "cat token", "--json", "-")
    assert code(result) == Exit.FINDINGS
    assert server.seen[before:].count("never-a-good-token") == 1


def test_the_configuration_says_what_is_always_the_same_and_flags_win(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    with served(chat(without("done", "answer"))) as port:
        (folder / "pyproject.toml").write_text(
            f"""
[tool.wsrecord]
fail-on = "breaking"
[tool.wsrecord.verify]
target = "ws://127.0.0.1:{port}"
header = ["X-Tenant: blue"]
ignore = ["/answer"]
repeat = 2
match = "shape"
match-event = {{ "done" = "exact" }}
fail-above = 10
save-failures = "failures"
"""
        )
        result = verify("chat")
        assert code(result) == Exit.CLEAN, result.output
        assert "2 sessions" in result.stdout
        assert "1 session," in verify("chat", "--repeat", "1").stdout
    with served(chat()) as port:
        assert code(verify("chat", "--target", f"ws://127.0.0.1:{port}")) == Exit.CLEAN


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('tagret = "ws://x"', "there is no key `tagret` in [tool.wsrecord.verify]: did you mean target?"),
        ('match = "shapes"', "`tool.wsrecord.verify.match` must be one of contract, shape, exact"),
        ('match-event = {done = "exactly"}', "did you mean exact?"),
        ("match-event = 3", "must be a table"),
        ('ignore = ["done#answer"]', "`tool.wsrecord.verify.ignore` has 'done#answer'"),
        ("repeat = 0", "must be a whole number from 1 up"),
        ("concurrency = 2000", "must be a whole number from 1 to 1000"),
        ("fail-above = 200", "must be a number from 0 to 100"),
        ("timeout = 0", "must be a number of seconds above 0"),
        ('insecure = "yes"', "must be true or false"),
        ("header = [3]", "must be a string"),
    ],
)
def test_a_mistyped_key_is_an_error_that_names_it(line: str, said: str, folder: Path) -> None:
    cassette(folder / "chat.wsr")
    (folder / "pyproject.toml").write_text(f"[tool.wsrecord.verify]\n{line}\n")
    result = verify("chat")
    assert code(result) == Exit.USAGE
    assert said in str(result.exception)


def test_the_server_is_started_reset_and_stopped(folder: Path) -> None:
    cassette(folder / "a.wsr")
    cassette(folder / "b.wsr")
    start = f"{sys.executable} {HERE / 'live' / 'chat.py'} {{port}}"
    env = {"PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent)))}
    result = verify(
        "a", "b", "--start", start, "--ready", "ready on {port}", "--reset", "echo {port} >> resets",
        "--repeat", "2", "--auth", "echo token-for-$WSRECORD_PORT-{port} >> asked; echo some-token", **env,
    )  # fmt: skip
    assert code(result) == Exit.CLEAN, result.output + str(result.exception)
    ports = (folder / "resets").read_text().split()
    assert len(ports) == 4
    assert len(set(ports)) == 1
    assert (folder / "asked").read_text() == f"token-for-{ports[0]}-{ports[0]}\n"


def test_a_reset_that_fails_midway_keeps_what_was_found(folder: Path) -> None:
    for name in "ab":
        cassette(folder / f"{name}.wsr")
    with served(chat(without("done", "answer"))) as port:
        result = against(port, "a", "b", "--reset", "test ! -e once && touch once", "--json", "r.json")
        assert code(result) == Exit.TARGET
        assert "--reset" in str(result.exception)
        assert [one["code"] for one in json.loads((folder / "r.json").read_text())["findings"]] == ["WS803"]
        result = against(port, "a", "b", "--reset", "false")
    assert code(result) == Exit.TARGET
    assert result.stdout == ""


def test_a_server_that_does_not_get_ready_shows_what_it_printed_without_secrets(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    start = "echo 'no database for canary-9f8e7d6c'; exit 3 # {port}"
    result = verify("chat", "--start", start, "--secret", "db=env:CANARY", CANARY="canary-9f8e7d6c")
    assert code(result) == Exit.TARGET
    assert "exit code 3" in str(result.exception)
    assert "no database for" in str(result.exception)
    assert "canary" not in str(result.exception) + result.output


def test_a_target_on_the_command_line_is_not_the_configured_server(folder: Path) -> None:
    cassette(folder / "chat.wsr")
    (folder / "wsrecord.toml").write_text(
        '[verify]\nstart = "touch started; sleep 9 # {port}"\nready = "never"\n'
    )
    with served(chat()) as port:
        assert code(against(port, "chat")) == Exit.CLEAN
    assert not (folder / "started").exists()


def test_ids_that_the_client_made_are_new_unless_they_are_to_be_the_same(folder: Path) -> None:
    made = "9d0a4a5e-0c39-4d0a-b6ab-0f4b5a1f7d11"
    recorded = Recorded().upgrade().server({"type": "hi"})
    recorded.client({"type": "ask", "message_id": made}).server({"type": "told", "reply_to": made}).close()
    cassette(folder / "chat.wsr", recorded)
    said: list[str] = []

    async def act(peer: Peer) -> None:
        from live.test_player import closed, hear, say

        await peer.upgrade()
        await say(peer, {"type": "hi"})
        asked = await hear(peer)
        said.append(asked["message_id"])
        await say(peer, {"type": "told", "reply_to": asked["message_id"]})
        await closed(peer)

    with served(act) as port:
        for options in ((), ("--seed", "1"), ("--seed", "1"), ("--same-ids",)):
            assert code(against(port, "chat", *options)) == Exit.CLEAN
    assert said[0] != made != said[1] == said[2] != said[0]
    assert said[3] == made


def test_a_target_with_a_certificate_of_its_own_needs_to_be_trusted(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    cassette(folder / "chat.wsr")
    with served(chat(), authority.issue().server_context()) as port:
        url = ("--target", f"wss://127.0.0.1:{port}")
        assert code(verify("chat", *url)) == Exit.TARGET
        assert code(verify("chat", *url, "--target-ca", authority.ca)) == Exit.CLEAN
        assert code(verify("chat", *url, "--insecure")) == Exit.CLEAN
        (folder / "wsrecord.toml").write_text(f'[verify]\ntarget-ca = "{authority.ca}"\n')
        assert code(verify("chat", *url)) == Exit.CLEAN
