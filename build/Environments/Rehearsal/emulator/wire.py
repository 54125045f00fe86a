"""What came over the wire: which action of which service, by whom. Recorded, and failed on request."""
import io
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sts.models import sts_backends
from werkzeug.wrappers import Request, Response

import permissions

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass
class Call:
    service: str
    action: str
    principal: str
    protocol: str
    permissions: list[str]
    status: int = 0
    at: float = field(default_factory=time.time)


@dataclass
class Fault:
    service: str
    action: str
    times: int
    status: int
    code: str
    message: str

    def answer(self, call: Call) -> Response:
        content_type = "application/x-amz-json-1.1" if call.protocol == "json" else "text/xml"
        return Response(self._body(call), self.status, headers={"x-amzn-ErrorType": self.code}, content_type=content_type)

    def _body(self, call: Call) -> str:
        if call.protocol == "json":
            return json.dumps({"__type": self.code, "message": self.message})
        code, message = escape(self.code), escape(self.message)
        if call.service == "s3":
            return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        if call.service == "ec2":
            return f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
        return f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


calls: list[Call] = []
faults: list[Fault] = []


def read(request: Request) -> Call:
    credential = _CREDENTIAL.search(request.headers.get("Authorization", "") or request.query_string.decode())
    key, service = (credential.group(1), credential.group(3)) if credential else ("", "")
    target = request.headers.get("X-Amz-Target", "")
    principal = _principal(key)
    if target:
        action = target.rsplit(".", 1)[-1]
        if service == "dynamodb" and action.startswith("Transact"):
            return Call(service, action, principal, "json", permissions.of_transaction(_body(request)))
        return _call(service, action, principal, "json")
    if request.mimetype == "application/x-www-form-urlencoded":
        action = parse_qs(_body(request).decode()).get("Action", [""])[0]
        return _call(service or "sts", action, principal, "query")
    if service in ("s3", ""):
        needed = permissions.of_s3(request.method, request.path, list(request.args), _body(request) if "delete" in request.args else b"")
        return Call("s3", needed[0].split(":")[1], principal, "query", needed)
    needed = permissions.of_path(service, request.method, request.path)
    return Call(service, needed[0].split(":", 1)[1], principal, "json", needed)


def _body(request: Request) -> bytes:
    """Kept for moto to read again."""
    body = request.get_data(cache=True)
    request.environ["wsgi.input"] = io.BytesIO(body)
    return body


def _call(service: str, action: str, principal: str, protocol: str) -> Call:
    return Call(service, action, principal, protocol, permissions.of_action(service, action))


def _principal(key: str) -> str:
    """The role that temporary credentials were issued for, or the access key itself."""
    backend = sts_backends[DEFAULT_ACCOUNT_ID]["aws"]
    role = backend.get_assumed_role_from_access_key(key) if key else None
    return role.role_arn.rsplit("/", 1)[-1] if role else key or "anonymous"


def record(call: Call, status: int) -> None:
    call.status = status
    calls.append(call)


def take_fault(call: Call) -> Fault | None:
    for fault in faults:
        if fault.service == call.service and fault.action in ("*", call.action):
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
            return fault
    return None
