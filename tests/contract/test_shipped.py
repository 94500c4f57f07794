from wsrecord.contract.load import load
from wsrecord.contract.shipped import agent_contract


def test_the_demos_contract_is_found_and_whole():
    contract = load(agent_contract())
    assert contract.name == "agent-chat"
    assert len(contract.events) == 15
