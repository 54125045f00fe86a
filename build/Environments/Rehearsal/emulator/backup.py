"""AWS Backup: selections of a plan, recovery points (one, as after the first night), and tags.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
"""
import json
import uuid
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.responses import BackupResponse

import clock

_moto_delete_vault = BackupResponse.delete_backup_vault


def _selections(self: BackupResponse) -> dict[str, dict[str, Any]]:
    return self.backup_backend.__dict__.setdefault("vectordb_selections", {})


def _points(self: BackupResponse) -> dict[str, dict[str, Any]]:
    return self.backup_backend.__dict__.setdefault("vectordb_recovery_points", {})


def _create(self: BackupResponse) -> str:
    plan, identity = self.path.split("/plans/")[-1].split("/")[0], str(uuid.uuid4())
    selection = json.loads(self.body)["BackupSelection"]
    _selections(self)[identity] = {
        "BackupPlanId": plan, "SelectionId": identity, "CreationDate": clock.timestamp().timestamp(), "BackupSelection": selection}
    vault = self.backup_backend.plans[plan].backup_plan["Rules"][0]["TargetBackupVaultName"]
    for cluster in [arn for arn in selection.get("Resources", []) if ":cluster:" in arn]:
        point = f"{cluster.split(':cluster:')[0]}:cluster-snapshot:awsbackup:job-{uuid.uuid4()}"
        _points(self)[point] = {"BackupVaultName": vault, "RecoveryPointArn": point, "ResourceArn": cluster, "ResourceType": "Aurora", "Status": "COMPLETED"}
    return json.dumps({"SelectionId": identity, "BackupPlanId": plan})


def _get(self: BackupResponse) -> str | tuple[int, dict[str, str], str]:
    found = _selections(self).get(self.path.rstrip("/").split("/")[-1])
    if found is None:
        return 400, {"x-amzn-ErrorType": "InvalidParameterValueException"}, json.dumps({"message": "Cannot find Backup plan selection"})
    return json.dumps(found)


def _delete(self: BackupResponse) -> str:
    _selections(self).pop(self.path.rstrip("/").split("/")[-1], None)
    return "{}"


def _last(self: BackupResponse) -> str:
    return unquote(self.path.rstrip("/").split("/")[-1])


def _list_points(self: BackupResponse) -> str:
    vault = unquote(self.path.split("/backup-vaults/")[-1].split("/")[0])
    return json.dumps({"RecoveryPoints": [point for point in _points(self).values() if point["BackupVaultName"] == vault]})


def _describe_point(self: BackupResponse) -> str | tuple[int, dict[str, str], str]:
    point = _points(self).get(_last(self))
    if point is None:
        return 400, {"x-amzn-ErrorType": "ResourceNotFoundException"}, json.dumps({"message": "Recovery point not found."})
    return json.dumps(point)


def _delete_point(self: BackupResponse) -> str:
    _points(self).pop(_last(self), None)
    return "{}"


def _delete_vault(self: BackupResponse) -> str | tuple[int, dict[str, str], str]:
    if any(point["BackupVaultName"] == _last(self) for point in _points(self).values()):
        message = "Backup vault cannot be deleted because it contains recovery points."
        return 400, {"x-amzn-ErrorType": "InvalidRequestException"}, json.dumps({"message": message})
    return _moto_delete_vault(self)


def _tags(self: BackupResponse) -> str:
    # The last part of the path with or without a slash behind it; moto knows only the one with.
    arn = unquote(self.path.split("/tags/")[-1].strip("/"))
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})


def install() -> None:
    BackupResponse.list_tags = _tags
    BackupResponse.delete_backup_vault = _delete_vault
    BackupResponse.list_recovery_points_by_backup_vault = _list_points
    BackupResponse.describe_recovery_point = _describe_point
    BackupResponse.delete_recovery_point = _delete_point
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/?$"] = urls.response.dispatch
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/(?P<arn>.+)$"] = urls.response.dispatch
    BackupResponse.create_backup_selection = _create
    BackupResponse.get_backup_selection = _get
    BackupResponse.delete_backup_selection = _delete
