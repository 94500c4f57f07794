"""Schemas from a team's own models, and one clear sentence where they can't be had."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wsrecord.cli.contract import command
from wsrecord.cli.models import model
from wsrecord.contract.load import load
from wsrecord.errors import UsageError

CASSETTES = sorted(map(str, (Path(__file__).parents[2] / "cassettes").glob("*.jsonl")))
TEAM = """
from typing import Annotated, Literal
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

class Envelope(BaseModel):
    event_id: str

class Connected(Envelope):
    type: Literal["connection_established"]

class Tool(BaseModel):
    name: str

class AgentStarted(Envelope):
    type: Literal["agent_started"] = "agent_started"
    run_id: str
    tool: Tool | None = None

class AgentCompletedEvent(Envelope):
    answer: str

class Wrong(Envelope):
    type: Literal["agent_thinking"]
    text: int

Union = Annotated[Connected | AgentStarted, Field(discriminator="type")]
adapter = TypeAdapter(Union)
several = [Connected, AgentStarted]
registry = {"connection_established": Connected, "agent_started": AgentStarted, "agent_completed": Envelope}
number = 5
nothing = []
mixed = {"agent_started": 5, "x": AgentStarted}
numbered = {1: AgentStarted}
schema = {"title": "agent_started", "type": "object", "properties": {"type": {"const": "agent_started"}}}

class Plain:
    inner = AgentStarted

class Odd(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    field: Plain
"""


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "team_of_test.py").write_text(TEAM)
    (tmp_path / "broken_of_test.py").write_text("import there_is_no_such_module")
    (tmp_path / "exits_of_test.py").write_text("raise SystemExit(3)")
    (tmp_path / "syntax_of_test.py").write_text("x = (")
    monkeypatch.chdir(tmp_path)
    return "team_of_test"


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Union", {"connection_established": "/$defs/Connected", "agent_started": "/$defs/AgentStarted"}),
        ("adapter", {"connection_established": "/$defs/Connected", "agent_started": "/$defs/AgentStarted"}),
        ("several", {"connection_established": "/$defs/Connected", "agent_started": "/$defs/AgentStarted"}),
        (
            "registry",
            {
                "connection_established": "/$defs/Connected",
                "agent_started": "/$defs/AgentStarted",
                "agent_completed": "/$defs/Envelope",  # the registry says so
            },
        ),
        ("AgentStarted", {"agent_started": ""}),
        ("AgentCompletedEvent", {"agent_completed": ""}),  # by what it is called
        ("Plain.inner", {"agent_started": ""}),
        ("schema", {"agent_started": ""}),
    ],
)
def test_what_holds_models_gives_their_events_a_schema(
    name: str, drawn: dict[str, str], team: str, tmp_path: Path
) -> None:
    said = draft(tmp_path / "c", f"{team}:{name}")
    assert said.exit_code == 0, said.output
    assert "refuses" not in said.output
    load(tmp_path / "c")
    written = (tmp_path / "c" / "contract.yaml").read_text().splitlines()
    lines = dict(line.strip().split(": ", 1) for line in written if "models.json" in line)
    assert lines == {event: "models.json" + (f"#{part}" if part else "") for event, part in drawn.items()}


def test_a_model_that_refuses_what_was_recorded_is_told(team: str, tmp_path: Path) -> None:
    assert "the model refuses what was recorded" in draft(tmp_path / "c", f"{team}:Wrong").output


def test_a_model_that_is_no_event_is_told_and_left_out(team: str, tmp_path: Path) -> None:
    said = draft(tmp_path / "c", f"{team}:Tool")
    assert f"{team}:Tool: no recorded event is called like it; not used" in said.output
    assert not (tmp_path / "c" / "models.json").exists()


def test_an_exported_file_needs_no_python(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps({"$defs": {"AgentStarted": {"properties": {"run_id": {}}}}}))
    said = draft(tmp_path / "c", str(path))
    assert said.exit_code == 0
    assert "models.json#/$defs/AgentStarted" in (tmp_path / "c" / "contract.yaml").read_text()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("team", "team: expected MODULE:MODEL, such as app.events:ServerEvent, or a FILE.json"),
        (":x", "expected MODULE:MODEL"),
        ("x:", "expected MODULE:MODEL"),
        ("there_is_none:X", "there_is_none can't be imported: ModuleNotFoundError"),
        ("broken_of_test:X", "broken_of_test can't be imported: ModuleNotFoundError: No module named"),
        ("exits_of_test:X", "exits_of_test can't be imported: SystemExit: 3"),
        ("syntax_of_test:X", "syntax_of_test can't be imported: SyntaxError"),
        ("team_of_test:AgentStartd", "there is no AgentStartd in team_of_test: did you mean AgentStarted?"),
        (
            "team_of_test:Plain.iner",
            "there is no iner in team_of_test.Plain: did you mean inner?",
        ),
        ("team_of_test:number", "it is of the type int; name a Pydantic model"),
        ("team_of_test:nothing", "it is empty"),
        ("team_of_test:mixed", "not all of it are Pydantic models"),
        ("team_of_test:numbered", "a registry has the events' names as its keys"),
        ("team_of_test:Plain", "no Pydantic model, nor a type of them"),
        ("team_of_test:Odd", "model_json_schema() failed: PydanticInvalidForJsonSchema"),
        ("gone.json", "gone.json: No such file"),
        ("team_of_test.py:X", "can't be imported"),
    ],
)
def test_what_can_t_be_used_is_said_in_one_line(spec: str, said: str, team: str) -> None:
    path = list(sys.path)
    with pytest.raises(UsageError) as error:
        model(spec)
    assert said in str(error.value)
    assert str(error.value).startswith(f"--from-python {spec}: ")
    assert "\n" not in str(error.value)
    assert sys.path == path


@pytest.mark.parametrize("content", ["[1]", "{", "[" * 100_000])
def test_a_file_that_is_no_schema_is_told(content: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"s\.json: (not JSON|a JSON Schema is an object)"):
        model(str(path))


def draft(folder: Path, spec: str) -> Any:
    return CliRunner().invoke(
        command, ["init", *CASSETTES, "-o", str(folder), "--from-python", spec], standalone_mode=False
    )
