"""Moto's server on a port of this machine, one request at a time: its backends are not safe for threads."""

import os
import signal
import sys
import threading

port = int(sys.argv[1])
os.environ["MOTO_PORT"] = str(port)

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402

app = DomainDispatcherApplication(create_backend_app)
turn = threading.Lock()


def one_at_a_time(environ, start_response):
    with turn:
        return app(environ, start_response)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
run_simple("127.0.0.1", port, one_at_a_time, threaded=True)
