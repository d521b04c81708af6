"""A folder of plug-ins: drop a module in, it is found."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """An instance of every subclass of `base` in the modules of `package`, by key, in order."""

    def __init__(self, package: str, base: type[T]) -> None:
        self._package, self._base = package, base

    @cached_property
    def _found(self) -> dict[str, T]:
        for module in iter_modules(import_module(self._package).__path__):
            import_module(f"{self._package}.{module.name}")
        kinds = sorted(_concrete(self._base), key=lambda kind: (kind.order, kind.key))
        found = {kind.key: kind() for kind in kinds}
        if len(found) < len(kinds):
            raise TypeError(f"two plug-ins of {self._package} share a key")
        return found

    def __getitem__(self, key: str) -> T:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _concrete(base: type) -> list[type]:
    """Return every subclass that names itself with a key, however deep."""
    found = []
    for kind in base.__subclasses__():
        if "key" in vars(kind):
            found.append(kind)
        found += _concrete(kind)
    return found
