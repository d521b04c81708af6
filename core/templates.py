"""Templates compiled once for all processes and starts: a worker that starts need not compile two hundred of them.

What is kept are Python byte codes under `cache/templates` of the data folder, no word of what a page shows. Each file
is good for one source and one Python, so an upgrade needs no cleaning; where none can be kept, pages compile as before.

All are written at once, by `upgrade`, and none when a page is first drawn: the moment a file was written would be the
moment somebody first answered.
"""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Compiled templates, one file each, in a folder only the product's account may read and write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.writing = False

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` where its source was compiled before; a file that is not whole counts as none."""
        with suppress(OSError, EOFError, ValueError, TypeError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has just been compiled if this is the time to, unless the disk is full or read-only."""
        if not self.writing:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, delete=False) as file:
                try:
                    bucket.write_bytecode(file)
                    file.close()
                    os.replace(file.name, self._path(bucket))  # another worker sees the old file or the new one
                except OSError:
                    os.unlink(file.name)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.bin"


def compile_all(app: Flask) -> None:
    """Compile every template that was not compiled before, and keep them for the workers."""
    kept = app.jinja_env.bytecode_cache
    if not isinstance(kept, CompiledTemplates):
        return
    kept.writing = True
    try:
        for name in app.jinja_env.list_templates(extensions=["html", "xml", "txt", "js"]):
            app.jinja_env.get_template(name)
    finally:
        kept.writing = False


def init_app(app: Flask) -> None:
    """Keep compiled templates, and look for changed ones only while developing."""
    app.jinja_env.bytecode_cache = CompiledTemplates(app.config["SETTINGS"].data / "cache" / "templates")
    app.jinja_env.auto_reload = app.debug
