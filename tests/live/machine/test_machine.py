"""A machine against a real server: what it finds, how small, how it says so; and nothing stays behind."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from explore.shop import shop
from hypothesis import settings
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from support.corner_shop import WITHIN, CornerShop, corner_shop
from support.machines import QUICK, failure_of, steps_of
from support.waiting import free_port

from wsrecord.contract.model import Contract
from wsrecord.errors import TargetError, UsageError
from wsrecord.live.machine.testcase import run
from wsrecord.strategies import ContractMachine, Entrance

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def server(contract: Contract) -> Iterator[CornerShop]:
    with corner_shop(contract) as found:
        yield found


def machine(contract: Any, url: str | None, /, **more: Any) -> Any:
    """A subclass, as a user would write it."""
    set_ = {"contract": contract, "target": url, "patience": 0.5, **more}
    return type("Shopper", (ContractMachine,), set_)


def test_a_good_server_passes(contract: Contract, server: CornerShop) -> None:
    run(machine(contract, server.url), settings(QUICK, max_examples=50))
    assert server.sessions >= 50


def test_a_good_server_passes_what_is_wrong_too(contract: Contract, server: CornerShop) -> None:
    run(machine(contract, server.url, invalid=True), settings(QUICK, max_examples=50))


def test_a_server_may_refuse_what_it_never_takes_there(contract: Contract) -> None:
    with corner_shop(contract, "single") as server:
        run(machine(contract, server.url), settings(QUICK, max_examples=50))


def test_a_refusal_of_what_others_had_taken_is_found(contract: Contract) -> None:
    with corner_shop(contract, "picky") as server:
        error = failure_of(machine(contract, server.url))
    # what was refused before anything was usual passes again: then one that is taken stands before it
    assert steps_of(error) in (["say_open"], ["say_open", "say_open"])
    assert str(error).startswith("WS902 valid-refused: open is right, and was refused\n")


def test_a_bug_that_takes_three_messages_is_found_with_three(contract: Contract) -> None:
    with corner_shop(contract, "second") as server:
        error = failure_of(machine(contract, server.url))
    assert steps_of(error) == ["say_open", "say_put", "say_put"]
    assert str(error).startswith("WS903 server-broke: the server broke after put\n")
    assert type(error).__name__ == "WS903"
    said = [line.strip() for line in str(error).partition("the dialogue:\n")[2].splitlines()]
    assert [line[0] for line in said] == ["→", "←", "→", "←", "→", "←", "→"]
    assert said[-2] == "← close 1011"


def test_a_wrong_answer_fails_where_it_came(contract: Contract) -> None:
    with corner_shop(contract, "wrong") as server:
        error = failure_of(machine(contract, server.url))
    assert steps_of(error) == ["say_time"]
    assert "WS101 schema-invalid: " in str(error)


@pytest.mark.slow
def test_what_is_wrong_and_taken_is_found_with_one_message(contract: Contract) -> None:
    only = {"counts": lambda self, one: one.code == "WS907"}
    with corner_shop(contract, "lenient") as server:
        error = failure_of(machine(contract, server.url, invalid=True, patience=0.2, **only))
    assert steps_of(error) == ["wrong_time"]
    assert "WS907 invalid-accepted: time, which breaks " in str(error)


def test_rules_and_invariants_of_a_users_own(contract: Contract, server: CornerShop) -> None:
    seen = []

    class Own(machine(contract, server.url)):  # type: ignore[misc]
        @rule()
        def clock(self) -> None:
            if self.over:
                return
            self.say("time", {"id": f"mine {len(seen)}"})
            seen.append(self.hear("now"))
            assert self.heard("now")[0] == seen[-1]

        @invariant()
        def nothing_is_left_open(self) -> None:
            assert self.open("request") == []

    run(Own, settings(QUICK, max_examples=20))
    assert {"type": "now", "re": "mine 0"} in seen


def test_an_invariant_that_fails_shows_the_steps_and_the_dialogue(
    contract: Contract, server: CornerShop
) -> None:
    class Own(machine(contract, server.url)):  # type: ignore[misc]
        @invariant()
        def one_cart_is_enough(self) -> None:
            assert len(self.heard("opened")) <= 1, "two carts"

    error = failure_of(Own)
    assert str(error).startswith("two carts")
    assert [step for step in steps_of(error) if step != "one_cart_is_enough"] == ["say_open", "say_open"]
    notes = "\n".join(error.__notes__)
    assert notes.count('← {"type": "opened"') == 2


def test_what_is_heard_in_vain_is_said(contract: Contract, server: CornerShop) -> None:
    class Own(machine(contract, server.url)):  # type: ignore[misc]
        say_bye = None

        @precondition(lambda self: not self.over)
        @rule()
        def deaf(self) -> None:
            self.say("time", {"id": "x"})
            self.hear("taken", within=0.01)

    error = failure_of(Own)
    assert str(error) == "taken was to be heard, but it did not come within 0.01 s"
    assert steps_of(error) == ["deaf"]


def test_a_finding_may_be_lived_with(contract: Contract) -> None:
    known = ("WS101", "WS901")
    with corner_shop(contract, "wrong") as server:
        run(
            machine(contract, server.url, patience=0.05, counts=lambda self, one: one.code not in known),
            settings(QUICK, max_examples=5),
        )


def test_headers_or_connect_let_it_in(contract: Contract) -> None:
    with corner_shop(contract, token="sesame-opens-it") as server:
        headers = {"Authorization": "Bearer sesame-opens-it"}
        few = settings(QUICK, max_examples=5)
        run(machine(contract, server.url, headers=headers), few)
        url = server.url
        run(machine(contract, None, connect=lambda self: Entrance(url, headers)), few)
        with pytest.raises(TargetError, match="answered with 401; give `headers`, or override `connect`"):
            run(machine(contract, server.url), few)
        assert server.sessions == 10


def test_a_header_does_not_show_in_what_is_printed(contract: Contract) -> None:
    secret = "sesame-opens-it-4711"
    with corner_shop(contract, "second") as server:
        error = failure_of(machine(contract, server.url, headers={"X-Name": secret}))
        assert secret not in str(error)
    with corner_shop(contract) as server:

        class Chatty(machine(contract, server.url, headers={"X-Name": secret})):  # type: ignore[misc]
            @rule()
            def blab(self) -> None:
                self.say("time", {"id": secret})
                assert not self.heard("now"), "an answer"

        error = failure_of(Chatty)
    assert "→" in "\n".join(error.__notes__)
    assert secret not in "\n".join(note for note in error.__notes__ if "→" in note)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"contract": None}, 'Shopper: say which contract it is under: `contract = "schemas"`'),
        ({"target": None}, "Shopper: say which server it speaks to: "),
        ({"refusals": ["eror"]}, "has no event eror of the server's"),
        ({"target": "ftp://127.0.0.1/"}, "Shopper: the target 'ftp://127.0.0.1/' has the scheme 'ftp'"),
        ({"headers": {"X": "a\nb"}}, "Shopper: the header X: give it a text without line breaks"),
        ({"connect": lambda self: "ws://x"}, "Shopper.connect returns an Entrance, not 'ws://x'"),
    ],
)
def test_what_is_missing_or_wrong_is_one_usage_error(
    contract: Contract, server: CornerShop, more: dict[str, Any], said: str
) -> None:
    case = machine(contract, server.url, **more).TestCase
    with pytest.raises(UsageError) as caught:
        case("runTest").debug()
    assert said in str(caught.value)
    assert not getattr(caught.value, "__notes__", ())


def test_a_contract_for_other_paths_is_a_usage_error(tmp_path: Path, server: CornerShop) -> None:
    shop(tmp_path)
    text = (tmp_path / "contract.yaml").read_text()
    (tmp_path / "contract.yaml").write_text(text[:-1] + ', "applies": {"path": "/other"}}')
    with pytest.raises(UsageError, match="the contract shop is not for this session, but for /other"):
        run(machine(tmp_path, server.url), QUICK)


def test_nobody_there_is_a_target_error(contract: Contract) -> None:
    port = free_port()
    with pytest.raises(
        TargetError, match=f"Shopper: ws://127.0.0.1:{port}: 127.0.0.1:{port} can't be reached"
    ):
        run(machine(contract, f"ws://127.0.0.1:{port}"), QUICK)


def test_a_server_that_is_gone_after_it_broke_is_told_as_it_was_seen(contract: Contract) -> None:
    with corner_shop(contract, "shuts") as server:
        error = failure_of(machine(contract, server.url))
    assert "WS903 server-broke: the server broke after put" in str(error)
    assert "this could not be shrunk. Start it anew." in error.__notes__[0]


def test_every_socket_and_thread_is_gone_after_each_example(contract: Contract, server: CornerShop) -> None:
    most = 0

    class Watched(machine(contract, server.url)):  # type: ignore[misc]
        @invariant()
        def alone(self) -> None:
            nonlocal most
            most = max(most, server.open)

        def teardown(self) -> None:
            super().teardown()
            assert server.closed.wait(WITHIN)

    before = threading.active_count()
    run(Watched, settings(QUICK, max_examples=10))
    assert most == 1
    assert server.open == 0
    assert threading.active_count() == before


def test_ctrl_c_ends_it_and_leaves_nothing(contract: Contract, server: CornerShop) -> None:
    class Stopped(machine(contract, server.url)):  # type: ignore[misc]
        @rule()
        def stop(self) -> None:
            self.say("time", {"id": "x"})
            os.kill(os.getpid(), signal.SIGINT)
            self.hear("never", within=60)

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run(Stopped, QUICK)
    assert server.closed.wait(WITHIN)
    assert threading.active_count() == before


def test_a_teardown_that_forgets_ours_leaks_nothing(contract: Contract, server: CornerShop) -> None:
    forgetful = machine(contract, server.url, teardown=lambda self: None)
    before = threading.active_count()
    one = forgetful()
    one.say("time", {"id": "x"})
    assert threading.active_count() == before + 1
    del one
    gc.collect()
    assert threading.active_count() == before


def test_two_subclasses_share_no_rules(contract: Contract, server: CornerShop, tmp_path: Path) -> None:
    base = machine(contract, server.url, say_bye=None)
    base.prepare()
    text = (shop(tmp_path), tmp_path / "contract.yaml")[1]
    text.write_text(text.read_text().replace("time", "clock"))
    other = type("Other", (base,), {"contract": tmp_path, "invalid": True})
    other.prepare()

    def names(of: Any) -> set[str]:
        return {one.function.__name__ for one in of().rules}

    assert names(base) == {"say_open", "say_put", "say_time", "pause"}
    right = {"say_open", "say_put", "say_clock", "pause"}
    assert names(other) == right | {"wrong_open", "wrong_put", "wrong_clock", "wrong_bye"}
    assert names(base) == {"say_open", "say_put", "say_time", "pause"}


def test_settings_are_the_users_but_for_the_deadline(contract: Contract, server: CornerShop) -> None:
    @settings(max_examples=3, database=None)
    class Slow(machine(contract, server.url)):  # type: ignore[misc]
        @rule()
        def think(self) -> None:
            threading.Event().wait(0.05)  # fifty steps of it are far beyond Hypothesis' deadline

    Slow.TestCase("runTest").debug()
    assert server.sessions == 3


def test_hypothesis_own_way_to_run_it_works_too(contract: Contract, server: CornerShop) -> None:
    run_state_machine_as_test(
        machine(contract, server.url), settings=settings(QUICK, max_examples=2, deadline=None)
    )
    assert server.sessions == 2


def test_a_saved_example_is_replayed(contract: Contract, tmp_path: Path) -> None:
    from hypothesis.database import InMemoryExampleDatabase

    kept = settings(QUICK, derandomize=False, database=InMemoryExampleDatabase())
    with corner_shop(contract, "second") as server:
        buggy = machine(contract, server.url)
        failure_of(buggy, kept)
        before = server.sessions
        failure_of(buggy, settings(kept, max_examples=1))
        assert server.sessions - before < before
