"""What was found, as pages for people and programs."""
