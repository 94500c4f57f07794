"""The contract that comes with wsrecord: the demo server's, to try things on and to copy."""

from pathlib import Path

from wsrecord.errors import ContractError


def agent_contract() -> Path:
    """Its folder: beside the packages once installed, at the repository's top in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "schemas", package.parent / "schemas"):
        if (folder / "contract.yaml").is_file():
            return folder
    raise ContractError("the demo's contract is missing from this installation; install wsrecord anew")
