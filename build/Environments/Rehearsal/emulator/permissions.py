"""Which IAM permissions a call needs.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
import json
import re

#: Signing names that are not the prefix of the service's permissions.
_PREFIXES = {"monitoring": "cloudwatch"}

#: What a call needs beside its own permission, of the resource that it is about:
#: https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html#security_iam_action-additions
#: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
_OF_THE_RESOURCE = {
    "secretsmanager:BatchGetSecretValue": "secretsmanager:GetSecretValue",
    "wafv2:AssociateWebACL": "elasticloadbalancing:CreateWebACLAssociation",
    "wafv2:DisassociateWebACL": "elasticloadbalancing:DeleteWebACLAssociation",
    "wafv2:GetWebACLForResource": "elasticloadbalancing:GetLoadBalancerWebACL"}

#: Sub-resources of a bucket by the query that names them.
_BUCKET = {
    "accelerate": "AccelerateConfiguration", "acl": "BucketAcl", "cors": "BucketCORS", "encryption": "EncryptionConfiguration",
    "lifecycle": "LifecycleConfiguration", "location": "BucketLocation", "logging": "BucketLogging",
    "notification": "BucketNotification", "object-lock": "BucketObjectLockConfiguration", "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy", "publicAccessBlock": "BucketPublicAccessBlock", "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment", "tagging": "BucketTagging", "versioning": "BucketVersioning", "website": "BucketWebsite"}

#: Paths of REST services: method, pattern, permission.
_PATHS = {
    "backup": [
        ("PUT", r"/backup/plans/?$", "CreateBackupPlan"), ("GET", r"/backup/plans/[^/]+/?$", "GetBackupPlan"),
        ("POST", r"/backup/plans/[^/]+/?$", "UpdateBackupPlan"), ("DELETE", r"/backup/plans/[^/]+/?$", "DeleteBackupPlan"),
        ("PUT", r"/backup/plans/[^/]+/selections/?$", "CreateBackupSelection"),
        ("GET", r"/backup/plans/[^/]+/selections/[^/]+$", "GetBackupSelection"),
        ("DELETE", r"/backup/plans/[^/]+/selections/[^/]+$", "DeleteBackupSelection"),
        ("GET", r"/backup-vaults/[^/]+/recovery-points/?$", "ListRecoveryPointsByBackupVault"),
        ("GET", r"/backup-vaults/[^/]+/recovery-points/[^/]+", "DescribeRecoveryPoint"),
        ("DELETE", r"/backup-vaults/[^/]+/recovery-points/[^/]+", "DeleteRecoveryPoint"),
        ("PUT", r"/backup-vaults/[^/]+$", "CreateBackupVault"), ("GET", r"/backup-vaults/[^/]+$", "DescribeBackupVault"),
        ("DELETE", r"/backup-vaults/[^/]+$", "DeleteBackupVault"), ("GET", r"/tags/", "ListTags"), ("POST", r"/tags/", "TagResource")],
    "route53": [
        ("GET", r"/hostedzone/[^/]+/rrset", "ListResourceRecordSets"), ("POST", r"/hostedzone/[^/]+/rrset", "ChangeResourceRecordSets"),
        ("GET", r"/hostedzone/[^/]+$", "GetHostedZone"), ("GET", r"/change/", "GetChange")]}


def of_action(service: str, action: str) -> list[str]:
    """A call of a Query or JSON service; the few whose permission has another name than the call."""
    if service == "budgets" and not action.endswith("TagsForResource"):
        return ["budgets:ViewBudget" if action.startswith("Describe") else "budgets:ModifyBudget"]
    own = f"{_PREFIXES.get(service, service)}:{action}"
    return [own, _OF_THE_RESOURCE[own]] if own in _OF_THE_RESOURCE else [own]


def of_transaction(body: bytes) -> list[str]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html: those of what it is made of."""
    parts = {part for item in json.loads(body)["TransactItems"] for part in item}
    return sorted(f"dynamodb:{part}Item" for part in parts)


def of_path(service: str, method: str, path: str) -> list[str]:
    for expected, pattern, permission in _PATHS.get(service, []):
        if method == expected and re.search(pattern, path):
            return [f"{service}:{permission}"]
    return [f"{service}:{method} {path}"]


def of_s3(method: str, path: str, query: list[str], body: bytes) -> list[str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
    if path.strip("/").count("/") > 0:
        version = "Version" if "versionId" in query else ""
        removal = "AbortMultipartUpload" if "uploadId" in query else f"DeleteObject{version}"
        return ["s3:" + {"GET": f"GetObject{version}", "HEAD": f"GetObject{version}", "DELETE": removal}.get(method, "PutObject")]
    if method == "POST" and "delete" in query:
        return ["s3:DeleteObjectVersion" if b"<VersionId>" in body else "s3:DeleteObject"]
    if "versions" in query:
        return ["s3:ListBucketVersions"]
    part = next((_BUCKET[name] for name in query if name in _BUCKET), None)
    if part is None:
        return ["s3:" + {"PUT": "CreateBucket", "DELETE": "DeleteBucket"}.get(method, "ListBucket")]
    # Only a policy has a permission of its own for its removal.
    verb = "Get" if method == "GET" else "Delete" if (method, part) == ("DELETE", "BucketPolicy") else "Put"
    return [f"s3:{verb}{part}"]
