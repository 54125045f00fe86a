"""The instance metadata service, version 2 only, as a window on the instance's record in the emulator.

It also shows the machine's console to the emulator, as EC2 sees it from outside.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
"""
import base64
import json
import os
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_INSTANCE = os.environ["INSTANCE_ID"]
_CONTROL = f"{os.environ['CONTROL']}/instances/{_INSTANCE}"
_CONSOLE = "/var/log/cloud-init-output.log"
_CONSOLE_BYTES = 65_536
_LONGEST_SESSION = 21_600
#: EC2 renews credentials well before they end; SDKs ask again five minutes before.
_CREDENTIALS_KEPT = 3_600

_emulator = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_sessions: dict[str, float] = {}
_credentials: tuple[float, dict[str, Any]] | None = None


def control(path: str = "", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(_CONTROL + path, data, method="GET" if body is None else "PUT")
    with _emulator.open(request, timeout=10) as answer:
        return json.load(answer)


def credentials() -> dict[str, Any]:
    global _credentials
    if _credentials is None or time.monotonic() - _credentials[0] > _CREDENTIALS_KEPT:
        _credentials = (time.monotonic(), control("/credentials"))
    return _credentials[1]


def target_state(lifecycle: str) -> str:
    """https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html"""
    return "Terminated" if lifecycle.startswith("Terminat") else "InService"


def lookup(path: str) -> str | bytes | None:
    if path == "user-data":
        return base64.b64decode(control()["userData"])
    if path == "dynamic/instance-identity/document":
        record = control()
        return json.dumps({
            "accountId": record["account"], "architecture": "x86_64", "availabilityZone": record["zone"], "imageId": record["imageId"],
            "instanceId": _INSTANCE, "instanceType": record["instanceType"], "privateIp": record["privateIp"], "region": record["region"],
            "version": "2017-09-30"})
    match path.removeprefix("meta-data/").split("/") if path.startswith("meta-data/") else []:
        case ["instance-id"]:
            return _INSTANCE
        case ["ami-id"]:
            return control()["imageId"]
        case ["instance-type"]:
            return control()["instanceType"]
        case ["local-ipv4"]:
            return control()["privateIp"]
        case ["placement", "availability-zone"]:
            return control()["zone"]
        case ["placement", "region"]:
            return control()["region"]
        case ["autoscaling", "target-lifecycle-state"]:
            return target_state(control()["lifecycleState"])
        case ["tags", "instance", name]:
            return control()["tags"].get(name)
        case ["iam", "security-credentials"] | ["iam", "security-credentials", ""]:
            return credentials()["role"]
        case ["iam", "security-credentials", role] if role == credentials()["role"]:
            issued = credentials()
            return json.dumps({
                "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": issued["accessKeyId"], "SecretAccessKey": issued["secretAccessKey"],
                "Token": issued["token"], "Expiration": issued["expiration"]})
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if self.path != "/latest/api/token" or not seconds.isdigit() or not 1 <= int(seconds) <= _LONGEST_SESSION:
            self.answer(400, "")
            return
        token = secrets.token_urlsafe(40)
        _sessions[token] = time.monotonic() + int(seconds)
        self.answer(200, token)

    def do_GET(self) -> None:
        if _sessions.get(self.headers.get("X-aws-ec2-metadata-token", ""), 0.0) < time.monotonic():
            self.answer(401, "")
            return
        try:
            found = lookup(self.path.removeprefix("/latest/"))
        except (OSError, ValueError):
            # The emulator is away, or knows the instance no longer.
            self.answer(503, "")
            return
        self.answer(404 if found is None else 200, found or "")

    def answer(self, status: int, body: str | bytes) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


def show_console() -> None:
    shown = -1
    while True:
        time.sleep(1)
        try:
            size = os.stat(_CONSOLE).st_size
            if size == shown:
                continue
            with open(_CONSOLE, "rb") as console:
                console.seek(max(0, size - _CONSOLE_BYTES))
                control("/console", {"output": console.read().decode(errors="replace")})
            shown = size
        except OSError:
            # Not written yet, or the emulator is away.
            continue


def ready() -> None:
    """Tells systemd that requests are answered."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(b"READY=1")


def listen() -> ThreadingHTTPServer:
    """A server on the host of its own; what it asks the emulator goes the instance's way."""
    instance, own = os.open("/proc/self/ns/net", os.O_RDONLY), os.open("/run/netns/metadata", os.O_RDONLY)
    os.setns(own, os.CLONE_NEWNET)
    server = ThreadingHTTPServer(("169.254.169.254", 80), Handler)
    os.setns(instance, os.CLONE_NEWNET)
    return server


def main() -> None:
    server = listen()
    threading.Thread(target=show_console, daemon=True).start()
    ready()
    server.serve_forever()


main()
