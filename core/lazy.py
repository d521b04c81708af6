"""Libraries that are loaded where they are first used: the one way to write such an import at the top of a file.

A web worker must not pay, in time or memory, for what only some pages or only job workers need.
`tests/house/test_start.py` names the libraries a worker may not load when it starts.
"""

from importlib import import_module
from typing import Any


class Later:
    """Stands for a library until somebody asks for something in it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._name), name)
        self.__dict__[name] = value  # asked for once: from then on it costs what any attribute does
        return value


def later(name: str) -> Any:
    """Return a stand-in for the library `name`, which is imported when it is first used."""
    return Later(name)
