"""The bugs of the demo server: each waits for one particular dialogue, and no normal chat meets it."""
