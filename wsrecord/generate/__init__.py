"""Values for schemas, right and wrong by intent: contract -> values, units, dialogues of a client."""
