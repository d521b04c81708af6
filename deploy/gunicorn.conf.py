"""How gunicorn serves the product: bound to HOST and PORT, sized by XINSHENG_WEB_WORKERS, silent about visitors.

`python -m gunicorn --config deploy/gunicorn.conf.py`, in the folder of the product. HUP to the master replaces the
workers without losing a request: the old ones finish what they have while the new ones take what comes.
"""

import os

from core import sizing


def _bind() -> str:
    host = os.environ.get("HOST", "127.0.0.1")
    port = os.environ.get("PORT", "5000")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _workers() -> int:
    try:
        return sizing.web_workers()
    except ValueError as wrong:
        raise SystemExit(f"xinsheng: {wrong}") from None


wsgi_app = "app:create_app()"
proc_name = "xinsheng"
bind = _bind()
workers = _workers()
worker_class = "gthread"
threads = 8
# Each worker loads the product itself: connections and locks of a database must not be shared through a fork.
preload_app = False
# A worker that does not answer for this long is replaced; one that is told to stop may finish its requests.
timeout = 60
graceful_timeout = 20
# Who asked for which address, and when, would tell who answered a survey. So there is no access log, and no warnings
# either: one of them names the caller's network address.
accesslog = None
loglevel = "error"
# Nobody steers a running server through its control socket: leave that door out.
control_socket_disable = True
