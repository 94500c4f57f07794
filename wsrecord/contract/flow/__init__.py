"""Flows, the orders allowed among events that share a key: text -> expression -> automaton -> instances."""
