"""What a draft's comments propose is what its flows say."""

from pathlib import Path

from judge.transcript import codes, judged, recording

from wsrecord.cassette.recording import Recording
from wsrecord.contract.draft.draft import draft
from wsrecord.contract.load import load
from wsrecord.contract.model import Budget


def asked(number: int, answer: str) -> Recording:
    lines = []
    for turn in range(4):
        lines += [f"> call id=q{number}{turn}a7f31c", f"@{turn}.{number} < {answer} id=q{number}{turn}a7f31c"]
    return recording(*lines)


def test_a_budget_is_for_every_answer_that_its_question_had(tmp_path: Path) -> None:
    made = draft([asked(1, "done"), asked(2, "done"), asked(3, "failed")], "d").files
    page = made["contract.yaml"]
    assert "#   - {from: call, to: [done, failed], per: request, within: " in page
    # It holds as it stands once the # is gone.
    said = page.replace("# budgets:", "budgets:").replace("#   - {from", "  - {from")
    for name, content in (made | {"contract.yaml": said}).items():
        (tmp_path / name).write_text(content)
    (budget,) = load(tmp_path).budgets
    assert isinstance(budget, Budget)
    assert {event.name for event in budget.stop} == {"done", "failed"}


def test_a_server_that_never_answers_is_told_once_the_budget_is_taken(tmp_path: Path) -> None:
    made = draft([asked(1, "done"), asked(2, "done")], "d").files
    assert "# How long may an answer take? The slowest took" in made["contract.yaml"]
    assert "answers passes: the flow of a client that gave up and left is cut off" in made["contract.yaml"]
    hangs = ["> call id=q91a7f31c", "@60 x client 1000"]

    def found(page: str) -> list[str]:
        for name, content in (made | {"contract.yaml": page}).items():
            (tmp_path / name).write_text(content)
        return codes(judged(load(tmp_path), *hangs))

    assert "WS501" not in found(made["contract.yaml"])
    taken = made["contract.yaml"].replace("# budgets:", "budgets:").replace("#   - {from", "  - {from")
    assert "WS501" in found(taken)


def test_one_answer_needs_no_list() -> None:
    page = draft([asked(1, "done"), asked(2, "done")], "d").files["contract.yaml"]
    assert "#   - {from: call, to: done, per: request, within: " in page


def test_a_schema_that_lets_no_other_field_in_is_told_to_be_closed() -> None:
    steady = [recording(*["> ask", "< done n=1"] * 10, "< rare n=1") for _ in range(3)]
    page = draft(steady, "d").files["contract.yaml"]
    assert "  done: done.json   # closed\n" in page
    assert "  rare: rare.json\n" in page
    assert "# Closed: no other field may come. So are those that came 20 times or more, in\n" in page
    assert "losed" not in draft(steady[:2], "d").files["contract.yaml"]
