"""The `studylink` command: one subcommand per module, each registering itself."""

import argparse
import sys

from studylink import bench, status, summary, synth
from studylink.attack import command as attack
from studylink.bench import matching as bench_matching
from studylink.lineage import command as lineage
from studylink.matching import training
from studylink.outputs import command as check_output
from studylink.pages import report
from studylink.people import access, letters, receipt, why
from studylink.release import command as release
from studylink.requests import command as request


def parser() -> argparse.ArgumentParser:
    """The command with all its subcommands."""
    parser = argparse.ArgumentParser(
        prog="studylink", description="The commands beside studylink's dbt project."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (
        summary,
        status,
        why,
        access,
        receipt,
        letters,
        report,
        request,
        release,
        check_output,
        synth,
        bench,
        bench_matching,
        training,
        attack,
        lineage,
    ):
        module.add_command(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    parsed = parser().parse_args(arguments)
    return parsed.run(parsed) or 0


if __name__ == "__main__":
    sys.exit(main())
