"""Lets the clock of a process jump: Python runs this before anything else where the folder is on PYTHONPATH.

The product asks `core.clock` what time it is, its libraries ask `time.time`; both are shifted by the seconds that stand
in the file XINSHENG_STORM_CLOCK (one double, native order), read anew each time. The monotonic clock never jumps.
"""

import importlib.abc
import importlib.machinery
import mmap
import os
import struct
import sys
import time
from datetime import datetime, timedelta

_true = time.time


def _told():
    path = os.environ.get("XINSHENG_STORM_CLOCK")
    if not path:
        return lambda: 0.0
    with open(path, "rb") as file:
        shared = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    return lambda: struct.unpack("d", shared)[0]


shift = _told()
time.time = lambda: _true() + shift()


class Shifted:
    """Stands for the class `datetime` where it is only asked what time it is."""

    @staticmethod
    def now(zone=None):
        return datetime.now(zone) + timedelta(seconds=shift())


class _Loader(importlib.abc.Loader):
    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        module.datetime = Shifted


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "core.clock":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
