"""`python -m services` is `thidua`."""

from services.cli import main as main

if __name__ == "__main__":
    main()
