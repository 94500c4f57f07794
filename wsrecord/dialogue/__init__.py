"""Recordings and contracts as dialogues: what a client does, and what each of its steps waits for."""
