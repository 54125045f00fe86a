"""The server: control API, faults on request and the record of calls in front of moto's own application."""
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

import autoscaling
import backup
import budgets
import cache
import clock
import control
import databases
import instance_refresh
import load_balancing
import metrics
import scaling
import storage
import wire


class Application:
    """A WSGI application. One request at a time, because moto's models know no threads."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(control.PREFIX):
            with clock.lock:
                return control.answer(request)(environ, start_response)

        call = wire.read(request)
        with clock.lock:
            fault = wire.take_fault(call)
            if fault is not None:
                wire.record(call, fault.status)
                return Response(fault.body(call), fault.status, content_type=fault.content_type(call))(environ, start_response)

            status: list[int] = []

            def started(line: str, headers: Any, exc_info: Any = None) -> Any:
                status.append(int(line.split()[0]))
                return start_response(line, headers, exc_info)

            body = list(self._moto(environ, started))
            wire.record(call, status[-1])
            return body


def run(host: str, port: int, target_health: str) -> None:
    load_balancing.default_health = target_health
    for extension in (autoscaling, instance_refresh, load_balancing, scaling, metrics, cache, databases, backup, budgets, storage):
        extension.install()
    clock.start()
    print(f"emulated AWS at http://{host}:{port}", flush=True)
    run_simple(host, port, Application(), threaded=True)
