import json

from benchmarks.figures import Figure, Results, Spread
from benchmarks.tables import as_markdown, as_text, figure_table


def _results() -> Results:
    results = Results()
    for turn, (fast, slow) in enumerate([(100.0, 10.0), (60.0, 5.0), (300.0, 10.0)]):
        results.add("speed", "fast", turn, fast)
        results.add("speed", "slow", turn, slow)
    return results


def test_a_ratio_is_taken_within_each_round():
    assert _results().ratio("speed", "fast", "slow") == Spread(12.0, 10.0, 30.0, 3)


def test_rounds_that_one_side_missed_do_not_count():
    results = _results()
    results.add("speed", "fast", 3, 1.0)
    ratio = results.ratio("speed", "fast", "slow")
    assert ratio is not None
    assert ratio.count == 3


def test_nothing_measured_is_none():
    assert _results().value("speed", "absent") is None
    assert _results().ratio("speed", "fast", "absent") is None


def test_results_survive_a_file():
    results = _results()
    assert Results.load(json.loads(json.dumps(results.samples()))).samples() == results.samples()


def test_a_table_names_the_better_end_and_compares_with_the_bases_that_took_part():
    figure = Figure("speed", "speed", "msg/s", higher_is_better=True, bases=("slow", "absent"))
    table = figure_table(figure, _results())
    assert table is not None
    assert table.columns == ("", "median", "min – max", "× slow")
    assert as_text(table).splitlines()[0] == "speed (msg/s, more is better)"
    assert as_markdown(table).splitlines()[-1] == "| slow | 10 | 5 – 10 | 1 |"
