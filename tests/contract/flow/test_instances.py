"""The ten rules, each as transcripts."""

import pytest
from contract.flow.transcript import flows, play

from wsrecord.contract.flow.instances import MOST_PARENTS, Instances
from wsrecord.contract.flow.spec import FlowSpec

RUN = FlowSpec("run", "started (thinking | failing)* (completed report? | cancelled | error)", ("run",))
TOOL = FlowSpec("tool", "executing done", ("call",), inside="run", but=frozenset({"error"}))
PART = FlowSpec("part", "part_added part_done", ("part",), inside="tool")
BOTH = flows(RUN, TOOL)
NESTED = flows(RUN, TOOL, PART)


def test_1_a_flow_sees_only_the_names_in_its_order():
    play(BOTH, "< hello run=r1 \n > anything run=r1 \n end")


def test_1_a_name_with_a_side_is_that_sides_only():
    echo = flows(FlowSpec("echo", "client:say server:say", ("id",)))
    session, _ = play(echo, "> say id=1 \n < say id=1 \n end")
    assert session.coverage()["echo"].covered.endings == {"server:say"}
    play(echo, "< say id=1     ! echo 1: not-started")
    both = flows(FlowSpec("echo", "say bye", ("id",)))
    play(both, "> say id=1 \n < bye id=1 \n < say id=2 \n > bye id=2 \n end")


def test_2_each_tuple_of_values_is_one_instance():
    play(
        flows(FlowSpec("part", "added done", ("item", "index"))),
        """
        < added item=a index=0
        < added item=a index=1
        < added item=b index=0
        < done  item=a index=1
        < done  item=a index=0
        end                         ! part item=b index=0: never-ended
        """,
    )


def test_2_an_empty_key_is_one_instance():
    play(flows(FlowSpec("greeting", "hello bye")), "< hello \n < bye \n < bye   ! greeting: after-end")


def test_2_one_is_neither_true_nor_the_text():
    play(
        flows(FlowSpec("call", "asked told", ("id",))),
        """
        < asked id=1
        < asked id=true
        < asked id="1"
        < told  id=true
        end                 ! call 1: never-ended ! call 1: never-ended
        """,
    )


@pytest.mark.parametrize("value", ["null", "[1]", "{}", "NaN"])
def test_2_what_is_no_scalar_counts_as_absent(value):
    play(flows(RUN), f"< started run={value}    ! run: key-missing")


def test_3_key_missing_is_told_once_for_each_event_and_part():
    play(
        flows(FlowSpec("part", "added delta* done", ("item", "index"))),
        """
        < added item=a index=0
        < delta item=a              ! part a: key-missing
        < delta item=b
        < delta index=0             ! part 0: key-missing
        < done  item=a              ! part a: key-missing
        end                         ! part item=a index=0: never-ended
        """,
    )


def test_3_unkeyed_all_goes_to_every_open_instance_that_agrees():
    part = FlowSpec("part", "added (done | error)", ("item", "index"), unkeyed={"error": "all"})
    play(
        flows(part),
        """
        < error
        < added item=a index=0
        < added item=a index=1
        < added item=b index=0
        < done  item=a index=0
        < error item=a
        < added item=c index=0
        end                         ! part item=b index=0: never-ended ! part item=c index=0: never-ended
        """,
    )


def test_3_unkeyed_skip_goes_to_none():
    play(
        flows(FlowSpec("run", "started (error | done)", ("run",), unkeyed="skip")),
        "< started run=r1 \n < error \n < done run=r1 \n < started \n end",
    )


def test_4_an_event_that_cannot_be_first_is_not_started():
    _, (fault,) = play(flows(RUN), "< thinking run=r1    ! run r1: not-started")
    assert fault.text == "run r1: thinking came, but nothing had begun; it begins with started"


def test_4_an_event_without_a_move_is_out_of_order():
    _, (fault,) = play(
        flows(RUN),
        """
        < started   run=r1
        < completed run=r1
        < thinking  run=r1      ! run r1: out-of-order
        < report    run=r1
        end
        """,
    )
    assert fault.text == "run r1: thinking came after completed, where only report may come"
    assert (fault.first.ref, fault.last.ref, fault.event.ref) == (0, 1, 2)
    assert fault.allowed == ("report",)


def test_4_an_event_after_the_end_is_after_end():
    _, (fault,) = play(
        flows(RUN), "< started run=r1 \n < error run=r1 \n < thinking run=r1   ! run r1: after-end \n end"
    )
    assert fault.text == "run r1: thinking came after the end, which was error"


def test_4_reuse_lets_an_ended_instance_open_anew():
    ping = FlowSpec("ping", "ping pong note?", reuse=True)
    session, _ = play(
        flows(ping),
        "< ping \n < pong \n < ping \n < pong \n < note \n < ping \n < ping   ! ping: out-of-order",
    )
    seen = session.coverage()["ping"]
    assert seen.opened == 3
    assert seen.covered.endings == {"pong", "note"}
    play(flows(ping), "< ping \n < pong \n < note \n < pong   ! ping: after-end")


def test_5_after_its_first_finding_an_instance_is_mute_and_others_are_not():
    play(
        flows(RUN),
        """
        < started  run=r1
        < started  run=r1       ! run r1: out-of-order
        < report   run=r1
        < thinking run=r1
        < thinking run=r2       ! run r2: not-started
        < started  run=r2
        end
        """,
    )


def test_5_a_mute_instance_may_still_be_a_parent():
    play(
        BOTH,
        """
        < thinking  run=r1      ! run r1: not-started
        < executing run=r1 call=c1
        < done      call=c1
        < executing run=r1 call=c2
        < completed run=r1
        end                     ! tool c2: never-ended
        """,
    )


def test_5_what_is_mute_for_coming_after_its_end_may_be_a_parent_too():
    play(
        BOTH,
        """
        < started   run=r1
        < error     run=r1
        < thinking  run=r1      ! run r1: after-end
        < executing run=r1 call=c1
        < done      call=c1
        end
        """,
    )


def test_6_a_child_begins_inside_an_open_parent_only():
    _, faults = play(
        BOTH,
        """
        < executing run=r1 call=c1      ! tool c1: outside
        < started   run=r1
        < executing run=r1 call=c2
        < done      call=c2
        < executing run=r2 call=c3      ! tool c3: outside
        < executing call=c4
        < done      call=c4
        < completed run=r1
        < executing run=r1 call=c5      ! tool c5: outside
        < done      call=c5
        end
        """,
    )
    assert faults[0].text == "tool c1: executing came while no run that it could belong to was open"


def test_6_a_child_is_open_at_the_end_of_its_last_parent():
    _, faults = play(
        BOTH,
        """
        < started   run=r1
        < executing run=r1 call=c1
        < executing call=c2
        < started   run=r2
        < executing call=c3
        < completed run=r1              ! tool c1: open-at-end ! tool c2: open-at-end
        < report    run=r1
        < completed run=r2              ! tool c3: open-at-end
        < done      call=c3
        end
        """,
    )
    assert faults[0].text == "tool c1 was still open when completed ended its run: done is missing"
    assert faults[0].missing == ("done",)


def test_6_a_but_event_excuses_the_children():
    play(
        NESTED,
        """
        < started    run=r1
        < executing  run=r1 call=c1
        < part_added call=c1 part=p1
        < error      run=r1
        < part_done  part=p1
        < done       call=c1
        < done       call=c1
        end
        """,
    )


def test_6_what_has_two_parents_is_dropped_with_the_second():
    play(
        NESTED,
        """
        < started    run=r1
        < executing  run=r1 call=c1
        < executing  run=r1 call=c2
        < part_added part=p1
        < error      run=r1
        < part_added part=p1
        end
        """,
    )


def test_6_an_excused_child_is_judged_on_while_another_parent_is_open():
    play(
        BOTH,
        """
        < started   run=r1
        < started   run=r2
        < executing call=c1
        < executing call=c2
        < error     run=r1
        < executing call=c2             ! tool c2: out-of-order
        < completed run=r2
        end
        """,
    )
    play(
        BOTH,
        """
        < started   run=r1
        < started   run=r2
        < executing call=c1
        < error     run=r1
        end                             ! run r2: never-ended
        """,
    )


def test_6_what_is_open_in_a_child_that_is_open_at_end_is_not_told_again():
    play(
        NESTED,
        """
        < started    run=r1
        < executing  run=r1 call=c1
        < part_added call=c1 part=p1
        < completed  run=r1             ! tool c1: open-at-end
        end
        """,
    )


def test_6_a_but_event_excuses_the_children_of_a_mute_parent_too():
    play(
        BOTH,
        """
        < started   run=r1
        < executing run=r1 call=c1
        < report    run=r1              ! run r1: out-of-order
        < error     run=r1
        < executing call=c1
        end
        """,
    )


def test_6_one_event_may_end_parent_and_child():
    play(
        flows(RUN, FlowSpec("tool", "executing (done | error)", ("call",), inside="run", unkeyed="all")),
        "< started run=r1 \n < executing run=r1 call=c1 \n < error run=r1 \n end",
    )


def test_6_one_event_may_begin_parent_and_child():
    step = FlowSpec("step", "started step_done", ("run",), inside="run")
    play(flows(step, RUN), "< started run=r1 \n < step_done run=r1 \n < completed run=r1 \n end")


def test_6_a_parent_that_goes_on_after_an_end_is_open_again():
    play(
        flows(
            FlowSpec("turn", "begin (more stop)*", ("id",)),
            FlowSpec("tool", "executing done", ("call",), inside="turn"),
        ),
        """
        < begin     id=1
        < executing id=1 call=c1        ! tool c1: outside
        < more      id=1
        < executing id=1 call=c2
        < done      call=c2
        < stop      id=1
        < more      id=1
        < executing id=1 call=c3
        < stop      id=1                ! tool c3: open-at-end
        """,
    )


def test_6_a_dropped_child_may_be_used_again_where_the_flow_allows_it():
    tool = FlowSpec("tool", "executing done", ("call",), inside="run", but=frozenset({"error"}), reuse=True)
    play(
        flows(RUN, tool),
        """
        < started   run=r1
        < executing run=r1 call=c1
        < error     run=r1
        < done      call=c1
        < started   run=r2
        < executing run=r2 call=c1
        < completed run=r2              ! tool c1: open-at-end
        """,
    )


def test_6_with_too_many_possible_parents_none_of_them_judges_the_child():
    begin = [f"< started run=r{number}" for number in range(MOST_PARENTS + 1)]
    finish = [f"< error run=r{number}" for number in range(MOST_PARENTS + 1)]
    middle = ["< executing call=c1", "< executing run=r1 call=c2"]
    play(BOTH, "\n".join([*begin, *middle, *finish, "end   ! tool c1: never-ended"]))


def test_7_a_session_that_ends_before_its_flows_tells_what_is_missing():
    _, faults = play(
        NESTED,
        """
        < started    run=r1
        < executing  run=r1 call=c1
        < started    run=r2
        < completed  run=r2
        end                     ! run r1: never-ended ! tool c1: never-ended
        end
        """,
    )
    assert faults[0].text == "run r1 never ended: completed, cancelled or error is missing"
    assert faults[0].event is None
    assert faults[0].last.name == "started"


def test_7_nobody_is_at_fault_where_the_session_was_cut():
    _, (fault,) = play(flows(RUN), "< started run=r1 \n cut     ! run r1: cut")
    assert fault.text == "run r1 was cut off before its end: completed, cancelled or error is missing"


USER = FlowSpec("run", "started thinking* completed", ("run",), scope="user", dedupe="event_id")


def test_8_instances_of_a_user_outlive_a_reconnect():
    play(
        flows(USER),
        """
        < started   run=r1
        end
        again
        < thinking  run=r1
        < completed run=r1
        < started   run=r2
        cut
        again
        < completed run=r1      ! run r1: after-end
        end
        gone                    ! run r2: never-ended
        gone
        """,
    )
    play(flows(USER), "< started run=r1 \n end \n gone cut    ! run r1: cut")


def test_8_a_repeated_event_is_skipped_and_one_like_it_is_not():
    play(
        flows(USER),
        """
        < started   run=r1 event_id=1
        < thinking  run=r1 event_id=2
        cut
        again
        < started   run=r1 event_id=1
        < thinking  run=r1 event_id=2
        < completed run=r1 event_id=3
        < started   run=r2 event_id=1
        < completed run=r1 event_id=3
        < completed run=r2 event_id=2
        < completed run=r1          ! run r1: after-end
        gone
        """,
    )


CANCEL = flows(FlowSpec("run", "start started cancel? (done | cancelled)", ("run",)))


def test_9_a_client_event_without_a_move_is_skipped():
    play(
        CANCEL,
        """
        > cancel  run=r1
        > start   run=r1
        > start   run=r1
        < started run=r1
        < done    run=r1
        > cancel  run=r1
        end
        """,
    )


def test_9_serve_swaps_the_sides():
    play(
        CANCEL,
        """
        < done    run=r1
        > start   run=r1
        < started run=r1
        < done    run=r1
        < done    run=r1
        > cancel  run=r1        ! run r1: after-end
        """,
        lenient="server",
    )


def test_9_what_a_client_opens_too_late_is_not_judged():
    ask = FlowSpec("ask", "question answer", ("id",), inside="run")
    play(
        flows(RUN, ask),
        """
        < started   run=r1
        < completed run=r1
        > question  run=r1 id=q1
        < answer    id=q1
        < answer    id=q1
        end
        """,
    )


def test_open_instances_say_what_they_wait_for():
    session, _ = play(
        BOTH, "< started run=r1 \n < executing run=r1 call=c1 \n < thinking run=r2  ! run r2: not-started"
    )
    run, tool = session.open()
    assert (run.flow, run.key, run.first.ref) == ("run", (("run", "r1"),), 0)
    assert run.allowed == ("cancelled", "completed", "error", "failing", "thinking")
    assert (tool.allowed, tool.last.name) == (("done",), "executing")


def test_coverage_counts_what_was_opened_and_read():
    session, _ = play(
        BOTH,
        """
        < started  run=r1
        < error    run=r1
        < thinking run=r1       ! run r1: after-end
        < started  run=r2
        < thinking run=r2
        < report   run=r2       ! run r2: out-of-order
        """,
    )
    seen = session.coverage()
    assert seen["run"].opened == 2
    assert seen["run"].covered.summary(BOTH["run"].automaton) == (
        "3 of 7 places read, 1 of 4 endings seen; "
        "never read: failing, completed, report, cancelled; never last: cancelled, completed, report"
    )
    assert (seen["tool"].opened, seen["tool"].covered.places) == (0, frozenset())


def test_a_session_without_a_user_has_its_own():
    one, two = Instances(flows(USER)), Instances(flows(USER))
    assert one.feed("started", "server", {"run": "r1"}) == []
    assert [fault.code for fault in two.feed("completed", "server", {"run": "r1"})] == ["not-started"]
