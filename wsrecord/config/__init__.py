"""What a project's own file says, so that nobody has to type it."""
