"""A client under a contract as a Hypothesis state machine: `ContractMachine`, for tests of one's own."""
