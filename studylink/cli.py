"""The `studylink` command: one subcommand per module, each registering itself."""

import argparse
import sys
from collections.abc import Iterable
from importlib import import_module

# Each command's module. Only the one that is asked for is imported: all of them take seconds.
COMMANDS = {
    "summary": "summary",
    "status": "status",
    "why": "people.why",
    "access": "people.access",
    "receipt": "people.receipt",
    "letters": "people.letters",
    "report": "pages.report",
    "request": "requests.command",
    "release": "release.command",
    "check-output": "outputs.command",
    "synth": "synth",
    "bench": "bench",
    "bench-matching": "bench.matching",
    "train-matching": "matching.training",
    "attack": "attack.command",
    "lineage": "lineage.command",
}


def parser(commands: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """The command with these of its subcommands."""
    parser = argparse.ArgumentParser(
        prog="studylink", description="The commands beside studylink's dbt project."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        import_module(f"studylink.{COMMANDS[command]}").add_command(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    asked = [argument for argument in arguments[:1] if argument in COMMANDS]
    parsed = parser(asked or COMMANDS).parse_args(arguments)
    return parsed.run(parsed) or 0


if __name__ == "__main__":
    sys.exit(main())
