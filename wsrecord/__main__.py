"""`python -m wsrecord`."""

from wsrecord.cli import main

if __name__ == "__main__":
    main()
