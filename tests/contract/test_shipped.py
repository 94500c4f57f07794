from contract.folder import write

from wsrecord.contract.load import load
from wsrecord.contract.shipped import agent_contract


def test_the_demos_contract_is_found_and_whole():
    contract = load(agent_contract())
    assert contract.name == "agent-chat"
    assert len(contract.events) == 15


def test_its_name_is_demo_unless_there_is_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load("demo").name == "agent-chat"
    write(tmp_path / "demo", "contract: mine\nserver: {a: null}")
    assert load("demo").name == "mine"
