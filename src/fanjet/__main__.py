"""`python -m fanjet` is the command `fanjet`."""

from fanjet.cli.main import main

if __name__ == "__main__":
    main()
