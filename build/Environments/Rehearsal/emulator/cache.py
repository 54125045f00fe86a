"""ElastiCache: member clusters of a replication group, change and removal, users, groups of users and of parameters.

Replication groups: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
Users: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import (
    CacheSubnetGroupNotFound, InvalidParameterCombinationException, PasswordTooShort, ReplicationGroupNotFound, UserNotFound)
from moto.elasticache.models import CacheCluster, ElastiCacheBackend, ReplicationGroup, User
from moto.elasticache.responses import ElastiCacheResponse

import clock


class _NotFound(ServiceException):
    pass


class _InUse(ServiceException):
    pass


def _kept(backend: ElastiCacheBackend, kind: str) -> dict[str, dict[str, Any]]:
    """Parameter groups and user groups, which moto has no place for."""
    return backend.__dict__.setdefault(f"vectordb_{kind}", {})


def _arn(backend: ElastiCacheBackend, kind: str, name: str) -> str:
    return f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:{kind}:{name}"


def _make_members(backend: ElastiCacheBackend, group: ReplicationGroup, options: dict[str, Any]) -> None:
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    for index, name in enumerate(group.member_clusters):
        member = CacheCluster(
            account_id=backend.account_id, region_name=backend.region_name, cache_cluster_id=name, engine=group.engine,
            cache_node_type=group.cache_node_type, replication_group_id=group.replication_group_id, num_cache_nodes=1, port=group.port,
            preferred_availability_zone=zones[index % 3], snapshot_retention_limit=group.snapshot_retention_limit,
            snapshot_window=group.snapshot_window, transit_encryption_enabled=group.transit_encryption_enabled,
            network_type=group.network_type, ip_discovery=group.ip_discovery, preferred_maintenance_window=group.preferred_maintenance_window,
            auto_minor_version_upgrade=True, log_delivery_configurations=group.log_delivery_configurations,
            **{key: options.get(key) for key in (
                "engine_version", "cache_parameter_group_name", "cache_subnet_group_name", "security_group_ids", "notification_topic_arn")},
            **dict.fromkeys((
                "az_mode", "preferred_availability_zones", "cache_security_group_names", "tags", "snapshot_arns", "snapshot_name",
                "auth_token", "outpost_mode", "preferred_outpost_arn", "preferred_outpost_arns", "cache_node_ids_to_remove",
                "cache_node_ids_to_reboot")))
        member.replication_group_id, member.num_cache_nodes = group.replication_group_id, 1
        member.at_rest_encryption_enabled = group.at_rest_encryption_enabled
        member.auth_token_enabled = group.auth_token_enabled
        member.security_groups = [{"SecurityGroupId": each, "Status": "active"} for each in options.get("security_group_ids") or []]
        member.cache_parameter_group = {
            "CacheParameterGroupName": options.get("cache_parameter_group_name") or "default", "ParameterApplyStatus": "in-sync"}
        if options.get("notification_topic_arn"):
            member.notification_configuration = {"TopicArn": options["notification_topic_arn"], "TopicStatus": "active"}
        backend.cache_clusters[name] = member


def _create(original: Any) -> Any:
    def create_replication_group(self: ElastiCacheBackend, **options: Any) -> ReplicationGroup:
        if options.get("num_cache_clusters") and not options.get("num_node_groups"):
            options["replicas_per_node_group"] = options["num_cache_clusters"] - 1
        group = original(self, **options)
        group.auto_minor_version_upgrade = str(options.get("auto_minor_version_upgrade")).lower() == "true"
        group.transit_encryption_mode = options.get("transit_encryption_mode") or ("required" if group.transit_encryption_enabled else None)
        _make_members(self, group, options)
        return group

    return create_replication_group


def _delete(self: ElastiCacheBackend, replication_group_id: str, retain_primary_cluster: bool | None) -> ReplicationGroup:
    group = self.replication_groups.pop(replication_group_id, None)
    if group is None:
        raise ReplicationGroupNotFound(replication_group_id)
    for member in group.member_clusters:
        self.cache_clusters.pop(member, None)
    group.status = "deleting"
    return group


#: What ModifyReplicationGroup changes on the group, and on its members.
_OF_GROUP = {"ReplicationGroupDescription": "description", "CacheNodeType": "cache_node_type", "SnapshotWindow": "snapshot_window",
             "SnapshotRetentionLimit": "snapshot_retention_limit"}
_OF_MEMBER = {"CacheNodeType": "cache_node_type", "EngineVersion": "engine_version", "PreferredMaintenanceWindow": "preferred_maintenance_window",
              "SnapshotRetentionLimit": "snapshot_retention_limit", "SnapshotWindow": "snapshot_window"}


def _modify(self: ElastiCacheResponse) -> ActionResult:
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
    backend = self.elasticache_backend
    group = backend.describe_replication_groups(self._get_param("ReplicationGroupId"))[0]
    members = [backend.cache_clusters[name] for name in group.member_clusters]
    for names, holders in ((_OF_GROUP, [group]), (_OF_MEMBER, members)):
        for parameter, attribute in names.items():
            value = self._get_param(parameter)
            if value is not None:
                for holder in holders:
                    setattr(holder, attribute, type(getattr(holder, attribute) or value)(value))
    added = self._get_param("UserGroupIdsToAdd") or []
    removed = self._get_param("UserGroupIdsToRemove") or []
    group.user_group_ids = [name for name in group.user_group_ids if name not in removed] + added
    return ActionResult({"ReplicationGroup": group})


def _delete_subnet_group(self: ElastiCacheResponse) -> EmptyResult:
    name = self._get_param("CacheSubnetGroupName")
    groups = self.elasticache_backend.cache_subnet_groups
    if name not in groups:
        raise CacheSubnetGroupNotFound(name)
    if any(cluster.cache_subnet_group_name == name for cluster in self.elasticache_backend.cache_clusters.values()):
        raise _InUse("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    groups.pop(name)
    return EmptyResult()


def _modify_user(self: ElastiCacheResponse) -> ActionResult:
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html
    user = self.elasticache_backend.users.get(self._get_param("UserId"))
    if user is None:
        raise UserNotFound(self._get_param("UserId"))
    mode = self._get_param("AuthenticationMode") or {}
    passwords = self._get_param("Passwords") or mode.get("Passwords") or []
    if any(not 16 <= len(password) <= 128 for password in passwords):
        raise PasswordTooShort
    if mode.get("Type") == "password" and not passwords:
        raise InvalidParameterCombinationException("A user with Authentication Mode: password, must have at least one password")
    if passwords:
        user.passwords, user.authentication_type, user.no_password_required = passwords, "password", False
    elif mode.get("Type"):
        user.passwords, user.authentication_type = [], mode["Type"]
        user.no_password_required = mode["Type"] == "no-password-required"
    user.access_string = self._get_param("AccessString") or user.access_string
    return ActionResult(user)


def _user_group(self: ElastiCacheResponse) -> dict[str, Any]:
    group = _kept(self.elasticache_backend, "user_groups").get(self._get_param("UserGroupId"))
    if group is None:
        raise _NotFound("UserGroupNotFound", f"User group {self._get_param('UserGroupId')} not found.")
    return group


def users_of(backend: ElastiCacheBackend, group: ReplicationGroup) -> list[User]:
    """Those who may log in at a replication group."""
    groups = _kept(backend, "user_groups")
    names = [user for name in group.user_group_ids or [] if name in groups for user in groups[name]["UserIds"]]
    return [backend.users[name] for name in names if name in backend.users]


def _create_user_group(self: ElastiCacheResponse) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("UserGroupId")
    users = self._get_param("UserIds") or []
    for user in users:
        if user not in backend.users:
            raise UserNotFound(user)
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html
    if self._get_param("Engine").lower() == "redis" and "default" not in [backend.users[user].name for user in users]:
        raise _NotFound("DefaultUserRequired", "User group needs to contain a user with the user name default.")
    group = {"UserGroupId": name, "Status": "active", "Engine": self._get_param("Engine"), "UserIds": users,
             "MinimumEngineVersion": "6.0", "ReplicationGroups": [], "ARN": _arn(backend, "usergroup", name)}
    backend.tagging_service.tag_resource(group["ARN"], self._get_param("Tags") or [])
    _kept(backend, "user_groups")[name] = group
    return ActionResult(group)


def _describe_user_groups(self: ElastiCacheResponse) -> ActionResult:
    groups = _kept(self.elasticache_backend, "user_groups")
    return ActionResult({"UserGroups": [_user_group(self)] if self._get_param("UserGroupId") else list(groups.values())})


def _modify_user_group(self: ElastiCacheResponse) -> ActionResult:
    group = _user_group(self)
    removed = self._get_param("UserIdsToRemove") or []
    group["UserIds"] = [user for user in group["UserIds"] if user not in removed] + (self._get_param("UserIdsToAdd") or [])
    return ActionResult(group)


def _delete_user_group(self: ElastiCacheResponse) -> ActionResult:
    group = _user_group(self)
    _kept(self.elasticache_backend, "user_groups").pop(group["UserGroupId"])
    return ActionResult({**group, "Status": "deleting"})


def _parameter_group(self: ElastiCacheResponse) -> dict[str, Any]:
    name = self._get_param("CacheParameterGroupName")
    group = _kept(self.elasticache_backend, "parameter_groups").get(name)
    if group is None:
        raise _NotFound("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    return group


def _create_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    backend, name = self.elasticache_backend, self._get_param("CacheParameterGroupName")
    group = {"CacheParameterGroupName": name, "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
             "Description": self._get_param("Description"), "IsGlobal": False, "ARN": _arn(backend, "parametergroup", name), "values": {}}
    backend.tagging_service.tag_resource(group["ARN"], self._get_param("Tags") or [])
    _kept(backend, "parameter_groups")[name] = group
    return ActionResult({"CacheParameterGroup": group})


def _describe_parameter_groups(self: ElastiCacheResponse) -> ActionResult:
    return ActionResult({"CacheParameterGroups": [_parameter_group(self)]})


def _modify_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    group = _parameter_group(self)
    for each in self._get_param("ParameterNameValues") or []:
        group["values"][each["ParameterName"]] = each["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def _describe_parameters(self: ElastiCacheResponse) -> ActionResult:
    return ActionResult({"Parameters": [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in _parameter_group(self)["values"].items()]})


def _delete_parameter_group(self: ElastiCacheResponse) -> EmptyResult:
    _kept(self.elasticache_backend, "parameter_groups").pop(_parameter_group(self)["CacheParameterGroupName"])
    return EmptyResult()


def install() -> None:
    ElastiCacheBackend.create_replication_group = _create(ElastiCacheBackend.create_replication_group)
    ElastiCacheBackend.delete_replication_group = _delete
    ElastiCacheBackend.list_tags_for_resource = lambda self, arn: self.tagging_service.list_tags_for_resource(arn)
    for name, handler in {
        "modify_replication_group": _modify, "delete_cache_subnet_group": _delete_subnet_group, "modify_user": _modify_user,
        "create_user_group": _create_user_group, "describe_user_groups": _describe_user_groups,
        "modify_user_group": _modify_user_group, "delete_user_group": _delete_user_group,
        "create_cache_parameter_group": _create_parameter_group, "describe_cache_parameter_groups": _describe_parameter_groups,
        "modify_cache_parameter_group": _modify_parameter_group, "delete_cache_parameter_group": _delete_parameter_group,
        "describe_cache_parameters": _describe_parameters,
    }.items():
        setattr(ElastiCacheResponse, name, handler)
