"""`wsrecord links`."""

import json

import click

from wsrecord.cassette.recording import load as load_cassette
from wsrecord.cli.cassettes import cassette
from wsrecord.contract.load import load_all
from wsrecord.dialogue.links import find, settle
from wsrecord.dialogue.occurrences import tell
from wsrecord.report.escape import json_value
from wsrecord.report.links_page import LinksPage


@click.command(
    "links",
    epilog="""
\b
Examples:
  wsrecord links cassettes/chat.wsr
  wsrecord links monday.wsr tuesday.wsr
  wsrecord links chat.wsr --contract schemas --json | jq '.links[].name'
\b
The second cassette is another recording of the same scenario: what is equal in both is no link.
Exit code: 0, 2 usage, 3 a cassette or contract that can't be used.
""",
)
@click.argument("name", metavar="CASSETTE")
@click.argument("second", metavar="[CASSETTE2]", required=False)
@click.option(
    "--contract", "contracts", metavar="PATH", multiple=True, help="A contract's folder or file; several."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(name: str, second: str | None, contracts: tuple[str, ...], as_json: bool) -> None:
    """Show which values a replay carries over from the live server."""
    loaded = load_all(contracts)
    told = tell(load_cassette(cassette(name)), loaded)
    found = find(told)
    if second is not None:
        found = settle(found, told, tell(load_cassette(cassette(second)), loaded))
    page = LinksPage(found, told.occurrences, second is not None)
    click.echo(json.dumps(json_value(page.document()), indent=2) if as_json else page.text(), nl=as_json)
