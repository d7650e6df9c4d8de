"""Telling somebody that a batch has ended: a command, a web address, or a function."""

from __future__ import annotations

import json
import subprocess
import urllib.request
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from qsospec_duck.errors import ConfigError

Notify = str | Callable[[Mapping[str, Any]], object] | None
"""A command of the shell (the event is its standard input), an http(s) address (it is posted), or a function of it."""

_PATIENCE = 30.0
"""Seconds that a command or a server may take."""


def check_hook(hook: Notify) -> None:
    """Refuse a hook that could never be told anything, before the work and not after it.

    Raises
    ------
    ConfigError
        It is neither text nor a function.
    """
    if hook is not None and not callable(hook) and not (isinstance(hook, str) and hook.strip()):
        raise ConfigError(f"notify is {hook!r}; it should be a command, an http(s) address or a function.")


def notify(hook: Notify, event: Mapping[str, Any]) -> None:
    """Hand an event to a hook; one that does not work is a warning, since the results are stored."""
    try:
        if isinstance(hook, str):
            _send(hook, json.dumps(event, ensure_ascii=False))
        elif hook is not None:
            hook(event)
    # A function of somebody else may raise anything.
    except Exception as error:
        name = repr(hook) if isinstance(hook, str) else getattr(hook, "__qualname__", repr(hook))
        warnings.warn(f"notify {name} did not work: {type(error).__name__}: {error}", RuntimeWarning, stacklevel=2)


def _send(hook: str, text: str) -> None:
    if hook.startswith(("http://", "https://")):
        request = urllib.request.Request(hook, text.encode(), {"Content-Type": "application/json"}, method="POST")
        urllib.request.urlopen(request, timeout=_PATIENCE).close()
    else:
        # By the shell, as a command that was typed: `jq .fitted | mail -s done me` is one.
        subprocess.run(hook, shell=True, input=text, text=True, check=True, timeout=_PATIENCE)
