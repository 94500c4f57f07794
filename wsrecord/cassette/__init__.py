"""Messages to files and back: the model, redaction, two encodings, the store (alone with the disk)."""
