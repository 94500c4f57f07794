"""What a recording showed against what a live session showed, robust to what varies by nature."""
