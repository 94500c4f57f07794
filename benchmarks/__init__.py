"""wsrecord side by side with its peers, on this machine, in one interleaved run: `python -m benchmarks`."""
