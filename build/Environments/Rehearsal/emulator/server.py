"""The server: control API, faults on request and the record of calls in front of moto's own application."""
from collections.abc import Callable, Iterable
from typing import Any

from moto import backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

import autoscaling
import backup
import budgets
import cache
import clock
import control
import data_plane
import databases
import ec2
import instance_refresh
import load_balancing
import metrics
import registry
import repeats
import scaling
import secret_versions
import storage
import wire


class Application:
    """A WSGI application. One request at a time, because moto's models know no threads."""

    def __init__(self) -> None:
        # moto would list its folder for every request.
        modules = frozenset(backends.list_of_moto_modules())
        backends.list_of_moto_modules = lambda: modules
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(control.PREFIX):
            with clock.lock:
                return control.answer(request)(environ, start_response)
        if request.path.startswith("/moto-api"):
            return self._moto(environ, start_response)

        call = wire.read(request)
        with clock.lock:
            fault = wire.take_fault(call)
            if fault is not None:
                wire.record(call, fault.status)
                return fault.answer(call)(environ, start_response)
            given = repeats.find(request)
            if given is not None:
                return given(environ, start_response)

            started_with: list[tuple[str, Any]] = []

            def started(line: str, headers: Any, exc_info: Any = None) -> Any:
                started_with.append((line, headers))
                return start_response(line, headers, exc_info)

            try:
                body = list(self._moto(environ, started))
            except NotImplementedError:
                # moto's own answer is a 500, which every SDK tries again and again.
                return wire.Fault(call.service, call.action, 1, 400, "NotEmulated", f"The emulator has no {call.service} {call.action}").answer(
                    call)(environ, start_response)
            except Exception:
                wire.record(call, 500)
                raise
            line, headers = started_with[-1]
            wire.record(call, int(line.split()[0]))
            repeats.keep(request, line, headers, body)
            return body


class Handler(WSGIRequestHandler):
    """Sends head and body of an answer in one piece.

    A client in Go may close a connection between the two: the head came before it had noticed that its own request was out. No
    answer of AWS is so quick. In one piece this is rarer; a call that comes again all the same is for repeats.py.
    """

    wbufsize = 1 << 20


def run(host: str, port: int, target_health: str, balancer_address: str | None) -> None:
    load_balancing.default_health, load_balancing.balancer_address = target_health, balancer_address
    for extension in (autoscaling, instance_refresh, load_balancing, scaling, metrics, cache, databases, ec2, backup, budgets, storage, registry, data_plane, secret_versions):
        extension.install()
    clock.start()
    serving = make_server(host, port, Application(), threaded=True, request_handler=Handler)
    # Port 0 is any that is free: whoever started this learns here which one it is.
    print(f"emulated AWS at http://{host}:{serving.port}", flush=True)
    serving.serve_forever()
