"""A call that comes again because its answer was lost on the way.

Every SDK tells the attempts of one call apart by two headers (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
AWS would execute the second attempt like the first, and answer that what is to be made is there already. On AWS that is rare; here
the answer comes before the client has turned round (server.Handler), and no rehearsal must fail for it.
"""
from collections import OrderedDict
from collections.abc import Iterable

from werkzeug.wrappers import Request, Response

_KEPT = 1000
_LARGEST_BODY = 1 << 20

_answers: OrderedDict[str, Response] = OrderedDict()

#: What came again, for whoever wonders.
lost: list[str] = []


def find(request: Request) -> Response | None:
    """The answer that an earlier attempt of this call was given when it succeeded."""
    given = _answers.get(_key(request))
    if given is not None:
        lost.append(f"{request.method} {request.path} {request.headers.get('X-Amz-Target', '')} {request.headers.get('Amz-Sdk-Request', '')}".strip())
        print(f"an answer was lost: {lost[-1]}", flush=True)
    return given


def keep(request: Request, status: str, headers: Iterable[tuple[str, str]], body: list[bytes]) -> None:
    key = _key(request)
    if not key or not status.startswith("2") or sum(map(len, body)) > _LARGEST_BODY:
        return
    _answers[key] = Response(b"".join(body), status, headers=list(headers))
    if len(_answers) > _KEPT:
        _answers.popitem(last=False)


def _key(request: Request) -> str:
    return "" if request.method in ("GET", "HEAD") else request.headers.get("Amz-Sdk-Invocation-Id", "")
