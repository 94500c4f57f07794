"""Units -> events: what a team says must always hold of its stream, and the engine that reads its orders."""
