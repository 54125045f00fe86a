"""Calls of AWS with the instance's role, signed as AWS wants it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""
import functools
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_METADATA = "http://169.254.169.254/latest"
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
#: Token of the metadata service, and until when it is used.
_session = ("", 0.0)


class Refused(Exception):
    """AWS answered, and not with success."""


def metadata(path: str) -> str:
    global _session
    if time.monotonic() > _session[1]:
        token = _open(urllib.request.Request(f"{_METADATA}/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "300"}, method="PUT"))
        _session = (token, time.monotonic() + 240)
    return _open(urllib.request.Request(f"{_METADATA}/{path}", headers={"X-aws-ec2-metadata-token": _session[0]}))


@functools.cache
def _unchanging(path: str) -> str:
    return metadata(path)


def call_json(service: str, target: str, body: dict[str, Any]) -> dict[str, Any]:
    """A call of the JSON protocol."""
    return json.loads(_post(service, json.dumps(body), {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}) or "{}")


def call_query(service: str, version: str, action: str, parameters: dict[str, str]) -> str:
    """A call of the Query protocol."""
    body = urllib.parse.urlencode({"Action": action, "Version": version, **parameters})
    return _post(service, body, {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})


def _post(service: str, body: str, headers: dict[str, str]) -> str:
    endpoint = os.environ["AWS_ENDPOINT"].rstrip("/") + "/"
    host = urllib.parse.urlparse(endpoint).netloc
    region = _unchanging("meta-data/placement/region")
    role = _unchanging("meta-data/iam/security-credentials/")
    keys = json.loads(metadata(f"meta-data/iam/security-credentials/{role}"))

    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    headers = {**headers, "Host": host, "X-Amz-Date": moment, "X-Amz-Security-Token": keys["Token"]}
    canonical = sorted((name.lower(), value) for name, value in headers.items())
    signed = ";".join(name for name, _ in canonical)
    request = "\n".join(["POST", "/", "", *(f"{name}:{value}" for name, value in canonical), "", signed, _hash(body)])
    key = f"AWS4{keys['SecretAccessKey']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, "\n".join(["AWS4-HMAC-SHA256", moment, scope, _hash(request)]).encode(), "sha256").hex()
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={keys['AccessKeyId']}/{scope}, SignedHeaders={signed}, Signature={signature}"
    return _open(urllib.request.Request(endpoint, body.encode(), headers))


def _open(request: urllib.request.Request) -> str:
    try:
        with _http.open(request, timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise Refused(error.read().decode(errors="replace") or str(error)) from error


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
