"""ECR in front of a real image registry: its login, the images that were really pushed, and their scans.

Login: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
Images: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html, which tells nothing of scans any more
Scans: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""
import base64
import json
import time
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Image, Repository
from moto.ecr.responses import ECRResponse

_USER = "AWS"
_TOKEN_SECONDS = 12 * 3600
_MANIFESTS = ", ".join((
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"))

#: What moto finds in every image.
_MADE_UP = "CVE-9999-9999"

#: Address and password of the registry, once somebody has started one.
_endpoint: str | None = None
_password = ""


def use(endpoint: str, password: str) -> None:
    global _endpoint, _password
    _endpoint, _password = endpoint, password


def _get(path: str) -> tuple[str, Any] | None:
    """The body and headers of an answer of the registry; None where it knows no such thing."""
    login = base64.b64encode(f"{_USER}:{_password}".encode()).decode()
    request = urllib.request.Request(f"{_endpoint}/v2/{path}", headers={"Accept": _MANIFESTS, "Authorization": f"Basic {login}"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def _refresh(repository: Repository) -> None:
    """Makes moto's images those that the registry holds."""
    if _endpoint is None:
        return
    tags = _get(f"{repository.name}/tags/list")
    known = {image.get_image_digest(): image for image in repository.images}
    held: dict[str, Image] = {}
    for tag in (json.loads(tags[0])["tags"] or []) if tags else []:
        manifest = _get(f"{repository.name}/manifests/{tag}")
        if manifest is None:
            continue
        text, headers = manifest
        digest = headers["Docker-Content-Digest"]
        image = held.get(digest) or known.get(digest) or _image(repository, tag, text, headers["Content-Type"], digest)
        image.image_tags = [*(held[digest].image_tags if digest in held else []), tag]
        held[digest] = image
    repository.images = list(held.values())


def _image(repository: Repository, tag: str, manifest: str, media_type: str, digest: str) -> Image:
    image = Image(repository.account_id, tag, manifest, repository.name, media_type, digest, repository.registry_id)
    # Scanned on push, as the repositories ask for; an index of images is not.
    image.last_scan = datetime.today() if "config" in json.loads(manifest) else None
    return image


def _size(self: Image) -> int | None:
    content = json.loads(self.image_manifest)
    parts = [*content.get("layers", []), content["config"]] if "config" in content else []
    return sum(part.get("size", 0) for part in parts) or None


def _from_registry(original: Any) -> Any:
    def handler(self: ECRBackend, repository_name: str, *args: Any, **kwargs: Any) -> Any:
        if repository_name in self.repositories:
            _refresh(self.repositories[repository_name])
        return original(self, repository_name, *args, **kwargs)

    return handler


def _scan(original: Any) -> Any:
    def describe_image_scan_findings(self: ECRBackend, registry_id: str, repository_name: str, image_id: dict[str, str]) -> dict[str, Any]:
        if repository_name in self.repositories:
            _refresh(self.repositories[repository_name])
        answer = original(self, registry_id, repository_name, image_id)
        found = answer.get("imageScanFindings", {})
        if any(finding.get("name") == _MADE_UP for finding in found.get("findings", [])):
            found.update(findings=[], findingSeverityCounts={})
        return answer

    return describe_image_scan_findings


def _log_in(original: Any) -> Any:
    def get_authorization_token(self: ECRResponse) -> ActionResult:
        if _endpoint is None:
            return original(self)
        token = base64.b64encode(f"{_USER}:{_password}".encode()).decode()
        return ActionResult({"authorizationData": [
            {"authorizationToken": token, "expiresAt": time.time() + _TOKEN_SECONDS, "proxyEndpoint": _endpoint}]})

    return get_authorization_token


def install() -> None:
    Image.get_image_size_in_bytes = _size
    ECRResponse.get_authorization_token = _log_in(ECRResponse.get_authorization_token)
    ECRBackend.describe_image_scan_findings = _scan(ECRBackend.describe_image_scan_findings)
    for name in ("describe_images", "batch_get_image", "list_images"):
        setattr(ECRBackend, name, _from_registry(getattr(ECRBackend, name)))
