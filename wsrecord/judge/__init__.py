"""Events in, findings out."""
