"""S3: bucket policies that demand TLS, and delete markers that go like any other version. Loopback stands for TLS here, so that what
the policies deny in AWS is not denied for all.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManagingDelMarkers.html
"""
import json
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker


def _about_plain_http(statement: dict[str, Any]) -> bool:
    return statement.get("Effect") == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}


def install() -> None:
    judge = FakeBucket.get_permission

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        # moto denies where a condition does not match, and matches none.
        policy = self.policy
        if policy is None:
            return judge(self, action, resource)
        document = json.loads(policy)
        document["Statement"] = [each for each in document["Statement"] if not _about_plain_http(each)]
        try:
            self.policy = json.dumps(document).encode() if document["Statement"] else None
            return judge(self, action, resource)
        finally:
            self.policy = policy

    FakeBucket.get_permission = get_permission
    # moto removes a version by its dispose(), which its markers lack.
    FakeDeleteMarker.dispose = lambda self: None
