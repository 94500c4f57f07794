"""Dialogues that nobody recorded: a contract -> what a client might do, and its smallest form that fails."""
