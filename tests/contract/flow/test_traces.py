"""Real protocols as flows, with right and wrong sessions of each."""

from contract.flow.transcript import flows, play

from wsrecord.contract.flow.lint import lint
from wsrecord.contract.flow.spec import FlowSpec

AGENT = flows(
    FlowSpec(
        "run",
        "agent_started (agent_thinking | agent_fallback | cancel_run)*"
        " (agent_completed final_report? | run_cancelled | error)",
        ("run",),
        unkeyed={"error": "skip"},
    ),
    FlowSpec(
        "tool",
        "tool_executing (tool_completed | agent_fallback)",
        ("run", "call"),
        inside="run",
        but=frozenset({"run_cancelled", "error"}),
        unkeyed={"agent_fallback": "skip"},
    ),
)


def test_agent_two_runs_side_by_side_with_tools_at_once():
    session, _ = play(
        AGENT,
        """
        < error          run=null
        < agent_started  run=r1
        < agent_thinking run=r1
        < tool_executing run=r1 call=c1
        < tool_executing run=r1 call=c2
        < agent_started  run=r2
        < tool_completed run=r1 call=c2
        < agent_fallback run=r1 call=null
        < agent_fallback run=r1 call=c1
        > cancel_run     run=r2
        < agent_completed run=r1
        < run_cancelled  run=r2
        < final_report   run=r1
        end
        """,
    )
    assert session.coverage()["run"].opened == 2
    assert session.coverage()["tool"].covered.unread(AGENT["tool"].automaton) == ()


def test_agent_a_tool_that_never_completed():
    _, (fault,) = play(
        AGENT,
        """
        < agent_started   run=r1
        < tool_executing  run=r1 call=c1
        < agent_completed run=r1            ! tool run=r1 call=c1: open-at-end
        end
        """,
    )
    assert fault.text == (
        "tool run=r1 call=c1 was still open when agent_completed ended its run: "
        "tool_completed or agent_fallback is missing"
    )


def test_agent_what_a_cancelled_run_left_open_is_nobodys_fault():
    play(
        AGENT,
        """
        < agent_started  run=r1
        < tool_executing run=r1 call=c1
        < run_cancelled  run=r1
        > cancel_run     run=r1
        < tool_completed run=r1 call=c1
        < agent_thinking run=r1             ! run r1: after-end
        end
        """,
    )


def test_agent_events_out_of_place():
    play(
        AGENT,
        """
        < agent_completed run=r0            ! run r0: not-started
        < agent_started  run=r1
        < tool_completed run=r1 call=c1     ! tool run=r1 call=c1: not-started
        < tool_executing run=r1 call=c2
        < tool_completed run=r1 call=c2
        < tool_completed run=r1 call=c2     ! tool run=r1 call=c2: after-end
        < tool_executing run=r9 call=c3     ! tool run=r9 call=c3: outside
        < agent_completed run=r1
        < error          run=r1             ! run r1: out-of-order
        < agent_started                     ! run: key-missing
        end
        """,
    )


AG_UI = flows(
    FlowSpec("run", "RUN_STARTED (RUN_FINISHED | RUN_ERROR)", ("run",), unkeyed={"RUN_ERROR": "all"}),
    FlowSpec(
        "message",
        "TEXT_MESSAGE_START TEXT_MESSAGE_CONTENT* TEXT_MESSAGE_END",
        ("message",),
        inside="run",
        but=frozenset({"RUN_ERROR"}),
    ),
    FlowSpec(
        "tool",
        "TOOL_CALL_START TOOL_CALL_ARGS* TOOL_CALL_END TOOL_CALL_RESULT?",
        ("call",),
        inside="run",
        but=frozenset({"RUN_ERROR"}),
    ),
)


def test_ag_ui_messages_and_tools_carry_no_run():
    play(
        AG_UI,
        """
        < RUN_STARTED          run=r1
        < TEXT_MESSAGE_START   message=m1
        < TOOL_CALL_START      call=t1
        < TEXT_MESSAGE_CONTENT message=m1
        < TOOL_CALL_ARGS       call=t1
        < TEXT_MESSAGE_END     message=m1
        < TOOL_CALL_END        call=t1
        < TOOL_CALL_RESULT     call=t1
        < RUN_FINISHED         run=r1
        < RUN_STARTED          run=r2
        < TEXT_MESSAGE_START   message=m2
        < RUN_ERROR
        end
        """,
    )


def test_ag_ui_an_error_without_a_run_ends_all_that_are_open():
    play(
        AG_UI,
        """
        < RUN_STARTED  run=r1
        < RUN_STARTED  run=r2
        < RUN_FINISHED run=r1
        < RUN_ERROR
        < RUN_FINISHED run=r2       ! run r2: after-end
        end
        """,
    )


def test_ag_ui_a_message_left_open_and_one_begun_too_late():
    play(
        AG_UI,
        """
        < RUN_STARTED          run=r1
        < TEXT_MESSAGE_START   message=m1
        < TOOL_CALL_START      call=t1
        < TOOL_CALL_RESULT     call=t1          ! tool t1: out-of-order
        < RUN_FINISHED         run=r1           ! message m1: open-at-end
        < TEXT_MESSAGE_START   message=m2       ! message m2: outside
        < TEXT_MESSAGE_CONTENT message=m2
        < TEXT_MESSAGE_CONTENT message=m3       ! message m3: not-started
        end
        """,
    )


JUPYTER = flows(
    FlowSpec("cell", "execute_request ((busy out* idle) & execute_reply) | busy out* idle", ("msg",))
)


def test_jupyter_the_reply_comes_anywhere_between():
    play(
        JUPYTER,
        """
        > execute_request msg=1
        < busy            msg=1
        < execute_reply   msg=1
        < out             msg=1
        < idle            msg=1
        > execute_request msg=2
        < execute_reply   msg=2
        < busy            msg=2
        < idle            msg=2
        < busy            msg=other
        < idle            msg=other
        end
        """,
    )


def test_jupyter_what_is_missing_is_said_whole():
    _, faults = play(
        JUPYTER,
        """
        > execute_request msg=1
        < busy            msg=1
        > execute_request msg=2
        < idle            msg=2     ! cell 2: out-of-order
        > execute_request msg=3
        < execute_reply   msg=3
        < busy            msg=3
        < out             msg=3
        < busy            msg=4
        < execute_reply   msg=4     ! cell 4: out-of-order
        end                         ! cell 1: never-ended ! cell 3: never-ended
        """,
    )
    assert [fault.text for fault in faults] == [
        "cell 2: idle came after execute_request, where only busy or execute_reply may come",
        "cell 4: execute_reply came after busy, where only idle or out may come",
        "cell 1 never ended: idle and execute_reply are missing",
        "cell 3 never ended: idle is missing",
    ]


REALTIME = flows(
    FlowSpec("response", "response.created (response.done | response.cancelled)", ("response",)),
    FlowSpec(
        "item",
        "output_item.added output_item.done",
        ("response", "item"),
        inside="response",
        but=frozenset({"response.cancelled"}),
    ),
    FlowSpec(
        "part",
        "content_part.added (text.delta* text.done | audio.delta* (audio.done & transcript.done))"
        " content_part.done",
        ("item", "index"),
        inside="item",
    ),
)


def test_realtime_three_deep():
    play(
        REALTIME,
        """
        < response.created   response=A
        < output_item.added  response=A item=1
        < content_part.added response=A item=1 index=0
        < text.delta         response=A item=1 index=0
        < content_part.added response=A item=1 index=1
        < text.done          response=A item=1 index=0
        < audio.delta        response=A item=1 index=1
        < transcript.done    response=A item=1 index=1
        < audio.done         response=A item=1 index=1
        < content_part.done  response=A item=1 index=0
        < content_part.done  response=A item=1 index=1
        < output_item.done   response=A item=1
        < response.done      response=A
        < response.created   response=B
        < output_item.added  response=B item=2
        < content_part.added response=B item=2 index=0
        < response.cancelled response=B
        < text.delta         response=B item=2 index=0
        end
        """,
    )


def test_realtime_each_level_is_held_to_the_one_above():
    _, faults = play(
        REALTIME,
        """
        < response.created   response=A
        < output_item.added  response=A item=1
        < content_part.added response=A item=1 index=0
        < text.delta         response=A item=1 index=0
        < output_item.done   response=A item=1          ! part item=1 index=0: open-at-end
        < content_part.added response=A item=1 index=1  ! part item=1 index=1: outside
        < output_item.added  response=A item=2
        < content_part.added response=A item=2 index=0
        < audio.delta        response=A item=2 index=0
        < response.done      response=A                 ! item response=A item=2: open-at-end
        < output_item.added  response=A item=3          ! item response=A item=3: outside
        end
        """,
    )
    assert faults[0].text == (
        "part item=1 index=0 was still open when output_item.done ended its item: "
        "text.done, then content_part.done are missing"
    )


def test_none_of_these_contracts_is_odd():
    assert [lint(contract) for contract in (AGENT, AG_UI, JUPYTER, REALTIME)] == [[], [], [], []]
