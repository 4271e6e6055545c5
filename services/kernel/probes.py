"""What a process tells by HTTP: metrics for Prometheus, and to who watches over it whether it lives and is ready."""

import asyncio
from collections.abc import Callable, Iterable
from socket import AddressFamily
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from services.kernel.settings import Address

STUCK = 5.0  # seconds in which the event loop must turn


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = AddressFamily.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002


def serve(
    address: Address, registry: CollectorRegistry, loop: asyncio.AbstractEventLoop, ready: Callable[[], bool]
) -> int:
    """Answer /metrics, /healthz (the loop turns) and /readyz in threads of their own; the port, a free one for 0."""
    app = answering(make_wsgi_app(registry), lambda: turns(loop), ready)
    kind = _Server6 if ":" in address.host else _Server
    server = make_server(address.host, address.port, app, kind, _Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def answering(metrics: WSGIApplication, lives: Callable[[], bool], ready: Callable[[], bool]) -> WSGIApplication:
    def answer(asked: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        match asked["PATH_INFO"]:
            case "/metrics":
                return metrics(asked, start)
            case "/healthz":
                status = "200 OK" if lives() else "503 Service Unavailable"
            case "/readyz":
                status = "200 OK" if ready() else "503 Service Unavailable"
            case _:
                status = "404 Not Found"
        start(status, [("Content-Type", "text/plain")])
        return [status.encode() + b"\n"]

    return answer


def turns(loop: asyncio.AbstractEventLoop, seconds: float = STUCK) -> bool:
    """Whether the event loop of another thread does something within some seconds."""
    try:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(seconds)
    except (TimeoutError, RuntimeError):
        return False
    return True
