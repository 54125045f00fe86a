"""AWS Backup: selections of a plan, recovery points (there are none), and tags.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
"""
import json
import uuid
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.responses import BackupResponse

import clock


def _selections(self: BackupResponse) -> dict[str, dict[str, Any]]:
    return self.backup_backend.__dict__.setdefault("vectordb_selections", {})


def _create(self: BackupResponse) -> str:
    plan, identity = self.path.split("/plans/")[-1].split("/")[0], str(uuid.uuid4())
    _selections(self)[identity] = {
        "BackupPlanId": plan, "SelectionId": identity, "CreationDate": clock.timestamp().timestamp(),
        "BackupSelection": json.loads(self.body)["BackupSelection"]}
    return json.dumps({"SelectionId": identity, "BackupPlanId": plan})


def _get(self: BackupResponse) -> str | tuple[int, dict[str, str], str]:
    found = _selections(self).get(self.path.rstrip("/").split("/")[-1])
    if found is None:
        return 400, {"x-amzn-ErrorType": "InvalidParameterValueException"}, json.dumps({"message": "Cannot find Backup plan selection"})
    return json.dumps(found)


def _delete(self: BackupResponse) -> str:
    _selections(self).pop(self.path.rstrip("/").split("/")[-1], None)
    return "{}"


def _tags(self: BackupResponse) -> str:
    # The last part of the path with or without a slash behind it; moto knows only the one with.
    arn = unquote(self.path.split("/tags/")[-1].strip("/"))
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})


def install() -> None:
    BackupResponse.list_tags = _tags
    BackupResponse.list_recovery_points_by_backup_vault = lambda self: json.dumps({"RecoveryPoints": []})
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/?$"] = urls.response.dispatch
    BackupResponse.create_backup_selection = _create
    BackupResponse.get_backup_selection = _get
    BackupResponse.delete_backup_selection = _delete
