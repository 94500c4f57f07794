"""Events of real protocols, as their published models state them: whatever is generated for them is right."""

import inspect

import ag_ui.core
import openai.types.realtime
import pytest
from contract.folder import schema
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import BaseModel, TypeAdapter

from wsrecord.generate.broken import broken
from wsrecord.generate.generator import Generator, generator, right
from wsrecord.generate.unservable import Unservable

MODELS = {
    f"{module.__name__}.{name}": model
    for module in (ag_ui.core, openai.types.realtime)
    for name, model in sorted(vars(module).items())
    if inspect.isclass(model) and issubclass(model, BaseModel) and name.endswith("Event")
}
FEW = settings(
    max_examples=25,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def drawn(strategy):
    found = []

    @FEW
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def test_there_are_fifty_at_least():
    assert len(MODELS) >= 50


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_events_of_a_published_protocol(name):
    stated = TypeAdapter(MODELS[name]).json_schema()
    ours = schema(stated)
    made = generator(ours)
    if isinstance(made, Unservable):
        assert made.place.startswith("contract.yaml#/inline")
        assert made.why
        pytest.fail(f"none of these was unservable when this was written: {made}")
    assert isinstance(made, Generator)
    for value in drawn(made.values()):
        assert right(ours, value)
    for one in drawn(broken(made)):
        assert not ours.is_valid(one.value)
        assert not ours.reference.is_valid(one.value)
