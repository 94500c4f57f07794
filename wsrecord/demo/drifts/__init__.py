"""The drift gallery: what changes in real agent backends, each a small named function of the demo server."""
