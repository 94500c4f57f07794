"""The parts of a contract.yaml, each read into what `model.py` has for it."""
