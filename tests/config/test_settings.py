"""Flags win over the file."""

from wsrecord.config.settings import Settings, Verify

FILE = Settings(contract=("a",), fail_on="info", severity={"WS101": "info", "WS102": "info"}, min_score=5)


def test_a_flag_that_was_given_wins() -> None:
    found = FILE.over(contract=("b",), fail_on="never", min_score=0.0)
    assert (found.contract, found.fail_on, found.min_score) == (("b",), "never", 0.0)


def test_a_flag_that_was_not_given_leaves_the_file_s() -> None:
    assert FILE.over(contract=(), fail_on=None, severity={}) == FILE


def test_severities_win_one_by_one() -> None:
    assert FILE.over(severity={"WS101": "breaking"}).severity == {"WS101": "breaking", "WS102": "info"}


def test_of_verify_flags_win_name_by_name_and_globs_in_their_order() -> None:
    verify = Verify(
        header=("X-Tenant: blue", "X-Env: ci"),
        query=("a=1",),
        secret=("password=env:A",),
        ignore=("/usage",),
        match_event={"done": "exact", "*": "shape"},
        repeat=3,
    )
    over = verify.over(
        header=("x-tenant: red",),
        secret=("token=env:T",),
        ignore=("/debug",),
        match_event={"*": "contract"},
        repeat=None,
        query=(),
    )
    assert over.header == ("X-Env: ci", "x-tenant: red")
    assert over.secret == ("password=env:A", "token=env:T")
    assert over.ignore == ("/usage", "/debug")
    assert list(over.match_event.items()) == [("*", "contract"), ("done", "exact")]
    assert (over.repeat, over.query) == (3, ("a=1",))


def test_another_target_is_not_the_configured_server() -> None:
    verify = Verify(target="ws://127.0.0.1:{port}/ws", start="serve {port}", ready="up", reset="reset")
    elsewhere = verify.over(target="wss://staging.example")
    assert (elsewhere.start, elsewhere.ready, elsewhere.reset) == (None, None, None)
    assert verify.over(target="ws://localhost:{port}/other").start == "serve {port}"
    assert verify.over(target="ws://x", start="other", ready=None).ready == "up"
    assert verify.over().start == "serve {port}"
