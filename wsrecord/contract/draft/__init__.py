"""From recordings to a first contract: `draft` in `draft.py` tells the way."""
