"""The command line ``qsospec-duck``: one module a subcommand, each with ``add_arguments`` and ``run``.

Enters: arguments. Leaves: an exit code (`qsospec_duck.cli.exit_codes`). What a command needs is imported when it
runs, so that ``--help`` is quick.
"""

from qsospec_duck.cli.main import main

__all__ = ["main"]
