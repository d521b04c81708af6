"""Where jobs wait: in a file beside the database, in PostgreSQL or in Redis, as Huey keeps them."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Flask

from core.lazy import later

if TYPE_CHECKING:
    from huey import Huey

huey = later("huey")  # it brings the clients of Redis and PostgreSQL along: a third of a second and 34 MB

CONNECT, ANSWER = 5, 10  # seconds a queue on another machine may take
ATTEMPTS = 3


def queue(app: Flask) -> "Huey":
    """Return the application's queue, made when somebody first sends or fetches a job."""
    if "huey" not in app.extensions:
        made = queue_of(app.config["SETTINGS"])
        app.extensions["huey_run"] = made.task(name="run")(app.extensions["run_in_app"])
        app.extensions["huey"] = made
    return app.extensions["huey"]


def queue_of(settings: Any) -> "Huey":
    """Return the queue the settings name."""
    if settings.queue == "inline":
        return huey.MemoryHuey("xinsheng", immediate=False)
    if settings.queue.startswith(("redis://", "rediss://")):
        return huey.RedisHuey("xinsheng", connection_pool=_redis(settings.queue))
    if settings.queue.startswith("postgresql://"):
        return _postgresql(settings.queue)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return huey.SqliteHuey("xinsheng", filename=str(settings.data / "queue.db"), fsync=True)


def _redis(address: str) -> Any:
    # Its protocol is Huey's business; a page must not hang on a machine that has gone.
    from redis import ConnectionPool

    return ConnectionPool.from_url(address, socket_connect_timeout=CONNECT, socket_timeout=ANSWER)


def _postgresql(address: str) -> "Huey":
    """Return the queue in a database, its tables made once though several processes start on an empty one."""
    from psycopg import errors

    for _attempt in range(ATTEMPTS):
        # "create table if not exists" fails for whoever loses the race; the next look finds the tables.
        with suppress(errors.UniqueViolation, errors.DuplicateTable):
            return huey.PostgresHuey("xinsheng", dsn=address, connect_timeout=CONNECT)
    return huey.PostgresHuey("xinsheng", dsn=address, connect_timeout=CONNECT, create_tables=False)


def pending(app: Flask) -> set[int]:
    """Return the numbers of the jobs that were sent and that no worker has taken yet."""
    if app.config["SETTINGS"].queue == "inline":
        return set(app.extensions.get("inline_jobs", ()))
    return {task.args[0] for task in queue(app).pending()}
