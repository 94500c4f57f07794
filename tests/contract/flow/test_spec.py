import pytest
from contract.flow.transcript import flows

from wsrecord.contract.flow.spec import FlowSpec, matching
from wsrecord.errors import ContractError

RUN = FlowSpec("run", "started (done | client:stop)", ("run",))


@pytest.mark.parametrize(
    ("specs", "complaint"),
    [
        ([RUN, RUN], "flows: run is there twice"),
        ([FlowSpec("run", "a ||")], "flows.run.order: expected a name or (, found |"),
        (
            [RUN, FlowSpec("tool", "a b", inside="rum")],
            "flows.tool.inside: there is no flow rum; there is run",
        ),
        (
            [FlowSpec("a", "x y", inside="b"), FlowSpec("b", "x y", inside="a")],
            "flows: a inside b inside a: a circle",
        ),
        ([FlowSpec("a", "x y", inside="a")], "flows: a inside a: a circle"),
        (
            [FlowSpec("a", "x y", but=frozenset({"x"}))],
            "flows.a.but: only a flow inside another has a parent",
        ),
        (
            [RUN, FlowSpec("tool", "a b", inside="run", but=frozenset({"eror"}))],
            "flows.tool.but: eror is not in flows.run.order, which knows client:stop, done, started",
        ),
        (
            [FlowSpec("a", "x y", unkeyed={"z": "skip"})],
            "flows.a.unkeyed: z is not in flows.a.order, which knows x, y",
        ),
        ([FlowSpec("a", "x y", unkeyed="some")], "flows.a.unkeyed: expected all or skip, found some"),
        ([FlowSpec("a", "x y", ("k", "k"))], "flows.a.key: a part is there twice: k, k"),
        (
            [RUN, FlowSpec("tool", "a b", inside="run", scope="user")],
            "flows.tool.scope: user, inside run of scope session: it would outlive its parent",
        ),
    ],
)
def test_flows_that_do_not_fit_together_are_refused_by_name(specs, complaint):
    with pytest.raises(ContractError) as caught:
        flows(*specs)
    assert str(caught.value).startswith(complaint)


def test_parents_come_before_their_children():
    part = FlowSpec("part", "a b", inside="tool")
    made = flows(part, FlowSpec("tool", "a b", inside="run"), FlowSpec("run", "a c b"))
    assert [flow.name for flow in made.all] == ["run", "tool", "part"]
    assert [reader.flow.name for reader in made.readers("a", "server")] == ["run", "tool", "part"]
    assert made["tool"].parent is made["run"]


def test_a_name_with_a_side_wins_over_the_plain_one():
    made = flows(FlowSpec("echo", "say client:say hear"))
    assert [reader.name for reader in made.readers("say", "client")] == ["client:say"]
    assert [reader.name for reader in made.readers("say", "server")] == ["say"]
    assert [reader.name for reader in made.readers("hear", "client")] == ["hear"]
    assert made.readers("unheard", "client") == ()


def test_an_event_that_is_called_like_a_side_is_found_by_its_own_name():
    made = flows(FlowSpec("room", "client:joined client:left"))
    assert [reader.name for reader in made.readers("client:joined", "server")] == ["client:joined"]
    assert [reader.name for reader in made.readers("joined", "client")] == ["client:joined"]


def test_but_and_unkeyed_may_leave_the_side_out():
    tool = FlowSpec(
        "tool", "server:begin finish", inside="run", but=frozenset({"stop"}), unkeyed={"begin": "all"}
    )
    made = flows(RUN, tool)
    assert made["tool"].but == {"client:stop"}
    assert made["tool"].unkeyed == {"server:begin": "all", "finish": "fault"}
    assert matching(made["run"].automaton, "stop") == ("client:stop",)
