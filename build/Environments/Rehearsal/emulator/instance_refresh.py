"""Instance refresh: replaces a group's instances, new before old, and takes it back.

How it works: https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
Skip matching: https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh-skip-matching.html
Checkpoints: https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
Rollback: https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
States and percentage: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
"""
import math
import uuid
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult

import autoscaling
import clock
import instances

_ACTIVE = ("Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress")
#: A refresh that replaces nothing for this long has failed.
_PATIENCE_SECONDS = 3600


class Refresh:
    def __init__(self, group: FakeAutoScalingGroup, configuration: dict[str, Any], preferences: dict[str, Any]):
        self.id, self.group, self.configuration = str(uuid.uuid4()), group, configuration
        self.preferences = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 100, **preferences}
        self.status, self.reason = "Pending", None
        self.start_time, self.end_time, self.started_at = clock.timestamp(), None, clock.now()
        self.original = instances.version_of(group)
        specification = configuration.get("LaunchTemplate", {})
        self.target = instances.version_of(group, specification.get("Version"))
        self.total, self.percentage, self.checkpoint = 0, 0, 0
        self.paused_until, self.bakes_until, self.moved_at = 0.0, 0.0, clock.now()
        self.rollback: dict[str, Any] | None = None
        self.waits = True

    def begin(self) -> None:
        present = instances.staying(self.group)
        self.outdated = {s.instance.id for s in present if not (self.preferences.get("SkipMatching") and s.template_version == self.target)}
        self.total, self.status = len(self.outdated), "InProgress"

    def remaining(self) -> list[InstanceState]:
        return [s for s in instances.staying(self.group) if s.instance.id in self.outdated]

    def ready(self, state: InstanceState) -> bool:
        """In service, healthy, and warmed up."""
        warmup = self.preferences.get("InstanceWarmup", getattr(self.group, "default_instance_warmup", None) or 0)
        return (state.lifecycle_state == "InService" and state.health_status == "Healthy"
                and clock.now() >= state.in_service_at + warmup / clock.scale and instances.target_healthy(state))

    def end(self, status: str, reason: str | None = None) -> None:
        self.status, self.end_time = status, clock.timestamp()
        self.reason = reason or self.reason
        for name in ("vectordb_surge", "vectordb_refresh_version"):
            self.group.__dict__.pop(name, None)

    def fail(self, reason: str) -> None:
        if self.preferences.get("AutoRollback"):
            self.roll_back(reason)
        else:
            self.end("Failed", reason)

    def roll_back(self, reason: str) -> None:
        self.rollback = {
            "RollbackReason": reason, "RollbackStartTime": clock.timestamp(), "PercentageCompleteOnRollback": self.percentage,
            "InstancesToUpdateOnRollback": len(self.remaining())}
        self.status, self.reason, self.target = "RollbackInProgress", reason, self.original
        # What still runs the original version stays; what the refresh launched goes, without checkpoint or bake.
        self.outdated = {s.instance.id for s in instances.staying(self.group) if s.template_version != self.original}
        self.total, self.paused_until, self.moved_at = len(self.outdated), 0.0, clock.now()

    def describe(self) -> dict[str, Any]:
        return {
            "InstanceRefreshId": self.id, "AutoScalingGroupName": self.group.name, "Status": self.status, "StatusReason": self.reason,
            "StartTime": self.start_time, "EndTime": self.end_time, "PercentageComplete": self.percentage, "Strategy": "Rolling",
            "InstancesToUpdate": len(self.remaining()) if self.status != "Pending" else None, "Preferences": self.preferences,
            "DesiredConfiguration": self.configuration or None, "RollbackDetails": self.rollback}


def _alarms_raised(refresh: Refresh) -> list[str]:
    names = (refresh.preferences.get("AlarmSpecification") or {}).get("Alarms") or []
    backend = cloudwatch_backends[refresh.group.account_id][refresh.group.region]
    return [name for name in names if name in backend.alarms and backend.alarms[name].state_value == "ALARM"]


def _step(refresh: Refresh) -> None:
    if refresh.status == "Pending":
        refresh.begin()
    if refresh.status == "Cancelling":
        if refresh.waits and any(state.launched_at >= refresh.started_at and state.lifecycle_state.startswith("Pending") for state in instances.staying(refresh.group)):
            return
        refresh.end("Cancelled", "Cancelled due to user request")
        return
    if refresh.status in ("InProgress", "Baking"):
        raised = _alarms_raised(refresh)
        if raised:
            refresh.fail(f"CloudWatch alarm(s) {', '.join(raised)} went into ALARM state")
            return
    if refresh.status == "Baking":
        if clock.now() >= refresh.bakes_until:
            _succeed(refresh)
        return
    _replace(refresh)


def _replace(refresh: Refresh) -> None:
    group, desired = refresh.group, refresh.group.desired_capacity or 0
    remaining, present = refresh.remaining(), instances.staying(group)
    new = [state for state in present if state.instance.id not in refresh.outdated and state.template_version == refresh.target]
    fresh = [state for state in new if state.launched_at >= refresh.started_at]
    ready = [state for state in fresh if refresh.ready(state)]
    group.__dict__["vectordb_refresh_version"] = refresh.target

    done = refresh.total - len(remaining) - sum(not refresh.ready(state) for state in fresh)
    percentage = 100 if refresh.total == 0 else max(0, min(100, 100 * done // refresh.total))
    if refresh.status == "InProgress" and percentage > refresh.percentage:
        refresh.percentage, refresh.moved_at = percentage, clock.now()
    if refresh.status == "RollbackInProgress":
        # The documented count goes back to zero while a rollback proceeds.
        refresh.percentage = refresh.rollback["PercentageCompleteOnRollback"] * len(remaining) // max(1, refresh.total)

    if not remaining and len(ready) == len(fresh) and len(present) >= desired:
        _finish(refresh)
        return
    # What it waits at a checkpoint is not time in which it could not go on.
    if clock.now() >= max(refresh.moved_at, refresh.paused_until) + clock.machine_time(_PATIENCE_SECONDS):
        refresh.fail("The instance refresh could not replace an instance for one hour")
        return
    if refresh.status == "InProgress" and not _past_checkpoint(refresh):
        return

    # More than the desired capacity while replacing, up to the maximum; without head-room one is taken out first.
    maximum = max(desired, math.ceil(desired * refresh.preferences["MaxHealthyPercentage"] / 100))
    minimum = math.ceil(desired * refresh.preferences["MinHealthyPercentage"] / 100)
    group.__dict__["vectordb_surge"] = max(maximum - desired, len(present) - desired, 0)
    healthy = [s for s in present if s.lifecycle_state == "InService" and s.health_status == "Healthy"]
    usable = [s for s in healthy if s.instance.id in refresh.outdated or s in ready or s not in fresh]
    for old in sorted(remaining, key=lambda state: state.launched_at):
        if len(usable) - (old in usable) >= minimum or (maximum == desired and len(usable) == desired):
            if len(present) > desired or maximum == desired:
                instances.terminate(old, f"An instance refresh replaces instances of {group.name}")
                refresh.moved_at = clock.now()
                return
    in_flight = len(fresh) - len(ready)
    if len(present) < maximum and in_flight < len(remaining):
        instances.launch(group, refresh.target, f"An instance refresh replaces instances of {group.name}")


def _past_checkpoint(refresh: Refresh) -> bool:
    checkpoints = refresh.preferences.get("CheckpointPercentages") or []
    if clock.now() < refresh.paused_until:
        return False
    if refresh.checkpoint < len(checkpoints) and refresh.percentage >= checkpoints[refresh.checkpoint] and refresh.percentage < 100:
        refresh.checkpoint += 1
        refresh.paused_until = clock.after(refresh.preferences.get("CheckpointDelay", 3600))
        return False
    return True


def _finish(refresh: Refresh) -> None:
    if refresh.status == "RollbackInProgress":
        refresh.percentage = 0
        refresh.end("RollbackSuccessful")
        return
    refresh.percentage = 100
    bake = refresh.preferences.get("BakeTime") or 0
    if bake and refresh.total:
        refresh.status, refresh.bakes_until = "Baking", clock.after(bake)
    else:
        _succeed(refresh)


def _succeed(refresh: Refresh) -> None:
    # Only now does the group take the desired configuration.
    specification = refresh.configuration.get("LaunchTemplate")
    if specification:
        refresh.group.launch_template_version = refresh.group.provided_launch_template_version = specification.get("Version")
    refresh.end("Successful")


def _refreshes(group: FakeAutoScalingGroup) -> list[Refresh]:
    return group.__dict__.setdefault("vectordb_refreshes", [])


def _active(group: FakeAutoScalingGroup) -> Refresh | None:
    return next((refresh for refresh in _refreshes(group) if refresh.status in _ACTIVE), None)


def _start(self: AutoScalingResponse) -> ActionResult:
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    group = autoscaling.group_of(self)
    if _active(group):
        raise AutoscalingClientError("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.")
    configuration, preferences = self._get_param("DesiredConfiguration") or {}, self._get_param("Preferences") or {}
    version = str(configuration.get("LaunchTemplate", {}).get("Version", ""))
    if preferences.get("AutoRollback") and (not configuration or version.startswith("$")):
        raise AutoscalingClientError("ValidationError", "Auto rollback needs a desired configuration with a numbered launch template version.")
    refresh = Refresh(group, configuration, preferences)
    _refreshes(group).insert(0, refresh)
    return ActionResult({"InstanceRefreshId": refresh.id})


def _describe(self: AutoScalingResponse) -> ActionResult:
    wanted = self._get_param("InstanceRefreshIds") or []
    found = [refresh.describe() for refresh in _refreshes(autoscaling.group_of(self)) if not wanted or refresh.id in wanted]
    return ActionResult({"InstanceRefreshes": found})


def _cancel(self: AutoScalingResponse) -> ActionResult:
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/cancel-instance-refresh.html : nothing is taken back.
    refresh = _required(self)
    refresh.status, refresh.waits = "Cancelling", self._get_bool_param("WaitForTransitioningInstances", True)
    return ActionResult({"InstanceRefreshId": refresh.id})


def _roll_back(self: AutoScalingResponse) -> ActionResult:
    refresh = _required(self)
    version = str(refresh.configuration.get("LaunchTemplate", {}).get("Version", ""))
    if not version or version.startswith("$") or refresh.status == "RollbackInProgress":
        raise AutoscalingClientError("IrreversibleInstanceRefresh", "The desired configuration names no numbered launch template version.")
    refresh.roll_back("Rollback initiated by user request")
    return ActionResult({"InstanceRefreshId": refresh.id})


def _required(self: AutoScalingResponse) -> Refresh:
    refresh = _active(autoscaling.group_of(self))
    if refresh is None:
        raise AutoscalingClientError("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for the group.")
    return refresh


def step() -> None:
    for group in instances.groups():
        refresh = _active(group)
        if refresh:
            _step(refresh)


def install() -> None:
    AutoScalingResponse.start_instance_refresh = _start
    AutoScalingResponse.describe_instance_refreshes = _describe
    AutoScalingResponse.cancel_instance_refresh = _cancel
    AutoScalingResponse.rollback_instance_refresh = _roll_back
    clock.every_tick(step)
