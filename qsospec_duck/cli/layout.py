"""How help texts are laid out."""

from __future__ import annotations

import argparse


class Help(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of examples as they are, and leaves options room."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=110)


def epilog(examples: str, *more: str) -> str:
    """End of a help text: examples, then what else there is."""
    return "\n\n".join((f"examples:\n{examples.rstrip()}", *more))


def add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    """Parser of one verb of a command, such as ``tiles convert``."""
    one = verbs.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=epilog(examples),
        formatter_class=Help,
    )
    one.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return one
