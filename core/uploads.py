"""Uploads: kept in memory, because a file on its way in may hold notes."""

from io import BytesIO
from typing import IO

from flask import Flask, Request


class InMemory(Request):
    """A request whose uploads never touch the disk, not even in a temporary file; the upload limit bounds them."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def init_app(app: Flask) -> None:
    """Have every request of the application keep its uploads in memory."""
    app.request_class = InMemory
