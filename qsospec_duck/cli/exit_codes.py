"""Exit codes, the same for every command."""

from __future__ import annotations

DONE = 0
"""Everything that was asked for is done."""

REFUSED = 1
"""An error: one line on standard error says what it is; ``--debug`` adds the traceback."""

USAGE = 2
"""The command line itself makes no sense."""

SOME_FAILED = 3
"""Done, and what could not be fitted or drawn is written down: rows of ``failures``, or lines on standard error."""

INTERRUPTED = 130
"""Stopped by Ctrl-C; calling the same command again goes on."""

EXPLANATION = """\
exit codes:
  0  done
  1  an error: one line on standard error, with --debug the traceback
  2  the command line makes no sense
  3  done, but some spectra failed (table failures of the run says why)
  130  interrupted; the same command goes on where it stopped"""
