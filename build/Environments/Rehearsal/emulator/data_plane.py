"""What real services must be, to stand behind the addresses that the API hands out: names, users, passwords, targets.

Kept apart from the AWS API, because whoever runs them is AWS itself and no caller of it.
"""
import json
import secrets
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.elasticache.models import elasticache_backends
from moto.elbv2.models import FakeTargetGroup, elbv2_backends
from moto.rds.models import DBCluster, MasterUserSecret, rds_backends

import cache
import clock

_REGION = "us-east-1"


def caches() -> list[dict[str, Any]]:
    backend = elasticache_backends[DEFAULT_ACCOUNT_ID][_REGION]
    return [{"id": group.replication_group_id, "endpoints": _endpoints(group), "users": [
        {"name": user.name, "access": user.access_string, "passwords": user.passwords or []} for user in cache.users_of(backend, group)]}
        for group in backend.replication_groups.values()]


def _endpoints(group: Any) -> list[str]:
    return sorted({
        address for node in group.node_groups
        for address in (node.get("primary_endpoint_address"), node.get("reader_endpoint_address")) if address})


def databases() -> list[dict[str, Any]]:
    backend = rds_backends[DEFAULT_ACCOUNT_ID][_REGION]
    found = []
    for cluster in backend.clusters.values():
        if isinstance(cluster, DBCluster) and getattr(cluster, "master_user_secret", None) is not None:
            secret = backend.secretsmanager.get_secret_value(cluster.master_user_secret.secret_arn, "", "AWSCURRENT")
            credentials = json.loads(secret["SecretString"])
            found.append({"id": cluster.db_cluster_identifier, "endpoints": [cluster.endpoint, cluster.reader_endpoint],
                          "name": cluster.database_name, "user": credentials["username"], "password": credentials["password"]})
    return found


def target_groups() -> dict[str, Any]:
    """Those that a load balancer forwards to, with what AWS calls health check settings."""
    backend = elbv2_backends[DEFAULT_ACCOUNT_ID][_REGION]
    used = [group for group in backend.target_groups.values() if set(group.load_balancer_arns) & set(backend.load_balancers)]
    return {"timeScale": clock.scale, "groups": [_target_group(group) for group in used]}


def _target_group(group: FakeTargetGroup) -> dict[str, Any]:
    return {"name": group.name, "path": group.health_check_path or "/", "matcher": group.matcher["HttpCode"],
            "interval": int(group.health_check_interval_seconds), "timeout": int(group.health_check_timeout_seconds),
            "healthyThreshold": int(group.healthy_threshold_count), "unhealthyThreshold": int(group.unhealthy_threshold_count),
            "targets": [{"id": each["Id"], "host": _address(each["Id"]), "port": int(each["Port"] or group.port)} for each in group.targets.values()]}


def _address(target_id: str) -> str:
    if not target_id.startswith("i-"):
        return target_id
    return ec2_backends[DEFAULT_ACCOUNT_ID][_REGION].get_instance(target_id).private_ip


def _master_credentials(self: MasterUserSecret) -> str:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    return json.dumps({"username": self.resource.master_username, "password": secrets.token_urlsafe(24)})


def install() -> None:
    MasterUserSecret._generate_secret_string = _master_credentials
