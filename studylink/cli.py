"""The `studylink` command."""

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    parser = argparse.ArgumentParser(prog="studylink", description=__doc__)
    parser.add_subparsers(required=True, metavar="COMMAND")
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed) or 0


if __name__ == "__main__":
    sys.exit(main())
