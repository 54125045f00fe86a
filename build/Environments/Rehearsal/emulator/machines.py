"""The machine behind an instance record: what EC2 tells it, and what is known of it.

Credentials: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

import instances

#: EC2 issues credentials for about six hours.
_CREDENTIAL_SECONDS = 6 * 3600
#: As much as EC2 would keep.
_CONSOLE_CHARACTERS = 65_536

_consoles: dict[str, str] = {}


def describe(instance_id: str) -> dict[str, Any]:
    """All that the metadata service of an instance tells, but credentials."""
    state = instances.find(instance_id)
    return {
        **instances.describe(state),
        "instanceType": state.instance.instance_type,
        "region": state.auto_scaling_group.ec2_backend.region_name,
        "account": DEFAULT_ACCOUNT_ID,
        "tags": {tag["key"]: tag["value"] for tag in state.instance.get_tags()},
    }


def attach(instance_id: str, private_ip: str) -> None:
    """The address that the machine really has."""
    interface = instances.find(instance_id).instance.nics[0]
    interface.private_ip_address = private_ip
    for address in interface.private_ip_addresses:
        if address["Primary"]:
            address["PrivateIpAddress"] = private_ip


def gone(instance_id: str, reason: str) -> None:
    """The machine stopped by itself. Nobody is left who could complete a lifecycle action."""
    state = instances.find(instance_id)
    if state.lifecycle_state.startswith("Terminating"):
        state.result = "CONTINUE"
        return
    instances.terminate(state, f"An instance was taken out of service in response to an EC2 health check: {reason}")
    state.machine_gone = True


def credentials(instance_id: str) -> dict[str, Any]:
    """Temporary credentials of the instance profile's role, as EC2 gets them from STS. EC2's own call is in no record of calls."""
    state = instances.find(instance_id)
    profile = state.template_data.get("IamInstanceProfile") or {}
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    role = (iam.get_instance_profile_by_arn(profile["Arn"]) if "Arn" in profile else iam.get_instance_profile(profile["Name"])).roles[0]
    region = state.auto_scaling_group.ec2_backend.region_name
    assumed = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assume_role(
        region_name=region, role_session_name=instance_id, role_arn=role.arn, policy="", duration=_CREDENTIAL_SECONDS, external_id="")
    return {
        "role": role.name, "accessKeyId": assumed.access_key_id, "secretAccessKey": assumed.secret_access_key, "token": assumed.session_token,
        "expiration": assumed.expiration.strftime("%Y-%m-%dT%H:%M:%SZ")}


def write_console(instance_id: str, output: str) -> None:
    _consoles[instance_id] = output[-_CONSOLE_CHARACTERS:]


def console(instance_id: str) -> str:
    return _consoles.get(instance_id, "")
