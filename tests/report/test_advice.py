"""The page of findings, read for other pages."""

from wsrecord.report import advice

PAGE = """# Findings
## WS1xx
### WS101 `schema-invalid`

*breaking: a title*

- **Means:** One `thing`.
- **Usually:** Another.
- **Do:** Mend it.

### WS102 `unknown-event`

- **Do:** Nothing.
"""


def test_an_entry_is_what_it_means_what_causes_it_and_what_to_do() -> None:
    found = advice.read(PAGE)
    assert list(found) == ["WS101", "WS102"]
    assert found["WS101"].points == (("Means", "One `thing`."), ("Usually", "Another."), ("Do", "Mend it."))
    assert found["WS101"].text == "Means: One thing.\nUsually: Another.\nDo: Mend it."
    assert found["WS102"].markdown == "**Do:** Nothing."


def test_a_page_of_something_else_says_nothing() -> None:
    assert advice.read("# Nothing\n") == {}
