"""Every command explains itself."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys

import pytest

import qsospec_duck
from qsospec_duck.cli.main import COMMANDS, main, parser


def all_parsers() -> dict[str, argparse.ArgumentParser]:
    """Parsers by the words that lead to them."""

    def below(words: str, one: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
        found = {words: one}
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, child in action.choices.items():
                    found |= below(f"{words} {name}", child)
        return found

    return below("qsospec-duck", parser())


@pytest.mark.parametrize("words", all_parsers())
def test_help_of_every_command_ends_in_examples_that_name_it(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*words.split()[1:], "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert f"usage: {words}" in text
    assert words in text.split("examples:")[1]


@pytest.mark.parametrize("words", all_parsers())
def test_every_example_is_a_command_line_that_parses(words):
    examples = [line.strip() for line in all_parsers()[words].epilog.splitlines()]
    examples = [line for line in examples if line.startswith("qsospec-duck ")]
    assert examples
    for line in examples:
        # A comment, a pipe or a file for the output is the shell's.
        arguments = shlex.split(line, comments=True)[1:]
        end = next((i for i, word in enumerate(arguments) if word in ("|", ">")), None)
        assert parser().parse_args(arguments[:end]).run


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is(name):
    for words, one in all_parsers().items():
        if words.startswith(f"qsospec-duck {name}"):
            for action in one._actions:
                if action.option_strings:
                    assert action.help, f"{words} {action.option_strings[0]} has no help"


def test_the_module_runs_as_the_command_does():
    done = subprocess.run([sys.executable, "-m", "qsospec_duck", "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.strip() == f"qsospec_duck {qsospec_duck.__version__}"


def test_help_loads_no_numerics():
    code = (
        "import sys; from qsospec_duck.cli.main import parser; parser().format_help(); "
        "print(sorted({'numpy', 'duckdb', 'numba', 'astropy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
