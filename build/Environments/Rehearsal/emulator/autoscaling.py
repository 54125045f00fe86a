"""EC2 Auto Scaling, the calls: what moto lacks, drops or does at once.

API: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
"""
from typing import Any

from moto.autoscaling.exceptions import AutoscalingClientError, ValidationError
from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, InstanceState, LifecycleHook
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

import clock
import instances


def _set_desired_capacity(self: FakeAutoScalingGroup, new_capacity: int | None) -> None:
    self.desired_capacity = self.min_size if new_capacity is None else int(new_capacity)


def group_of(self: AutoScalingResponse) -> FakeAutoScalingGroup:
    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    if group is None:
        raise ValidationError("AutoScalingGroup name not found - null")
    return group


def _bounded(self: AutoScalingResponse) -> EmptyResult:
    group, capacity = group_of(self), self._get_int_param("DesiredCapacity")
    if not group.min_size <= capacity <= group.max_size:
        raise ValidationError(
            f"New SetDesiredCapacity value {capacity} is {'below min' if capacity < group.min_size else 'above max'} value "
            f"{group.min_size if capacity < group.min_size else group.max_size} for the AutoScalingGroup.")
    group.set_desired_capacity(capacity)
    return EmptyResult()


def _in_order(original: Any) -> Any:
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html: what is not named stays, and all three have to fit.
    def handler(self: AutoScalingResponse) -> Any:
        group = group_of(self)
        least, most, desired = (self._get_int_param(name) for name in ("MinSize", "MaxSize", "DesiredCapacity"))
        least, most = group.min_size if least is None else least, group.max_size if most is None else most
        if least > most:
            raise ValidationError(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
        if desired is not None and not least <= desired <= most:
            raise ValidationError(f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")
        return original(self)

    return handler


def _complete(self: AutoScalingResponse) -> EmptyResult:
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
    state = _waiting(self)
    state.result = self._get_param("LifecycleActionResult")
    return EmptyResult()


def _heartbeat(self: AutoScalingResponse) -> EmptyResult:
    state = _waiting(self)
    state.deadline = clock.now() + clock.machine_time(state.hook.heartbeat_timeout)
    return EmptyResult()


def _waiting(self: AutoScalingResponse) -> InstanceState:
    group, instance, token = group_of(self), self._get_param("InstanceId"), self._get_param("LifecycleActionToken")
    for state in group.instance_states:
        if state.lifecycle_state.endswith(":Wait") and instance in (None, state.instance.id) and token in (None, state.token):
            if state.hook.name == self._get_param("LifecycleHookName"):
                return state
    raise ValidationError(f"No active Lifecycle Action found with instance ID {instance}")


def _terminate_one(self: AutoScalingResponse) -> ActionResult:
    state = instances.find(self._get_param("InstanceId"))
    if self._get_bool_param("ShouldDecrementDesiredCapacity", False):
        state.auto_scaling_group.desired_capacity -= 1
    instances.terminate(state, "An instance was taken out of service in response to a user request")
    return ActionResult({"Activity": state.activity})


def _delete_group(self: AutoScalingResponse) -> EmptyResult:
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    group = group_of(self)
    if group.instance_states and not self._get_bool_param("ForceDelete", False):
        raise AutoscalingClientError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances still in the group.")
    for state in group.instance_states:
        group.ec2_backend.terminate_instances([state.instance.id])
    group.instance_states = []
    for name, hook in list(self.autoscaling_backend.lifecycle_hooks.items()):
        if hook.auto_scaling_group_name == group.name:
            self.autoscaling_backend.lifecycle_hooks.pop(name)
    self.autoscaling_backend.delete_auto_scaling_group(group.name)
    return EmptyResult()


def _scaling_activities(self: AutoScalingResponse) -> ActionResult:
    name = self._get_param("AutoScalingGroupName")
    return ActionResult({"Activities": [each for group in instances.groups() if name in (None, group.name) for each in instances.activities(group)]})


#: Parameters of a group that moto takes and forgets, by the attribute that its answers read.
_KEPT = {
    "DefaultInstanceWarmup": "default_instance_warmup", "MaxInstanceLifetime": "max_instance_lifetime",
    "InstanceMaintenancePolicy": "instance_maintenance_policy", "TerminationPolicies": "termination_policies",
    "DefaultCooldown": "default_cooldown", "CapacityRebalance": "capacity_rebalance"}


def _keeping(original: Any) -> Any:
    def handler(self: AutoScalingResponse) -> Any:
        result = original(self)
        group = group_of(self)
        for parameter, attribute in _KEPT.items():
            value = self._get_param(parameter)
            if value is not None:
                setattr(group, attribute, value)
        return result

    return handler


def install() -> None:
    FakeAutoScalingGroup.set_desired_capacity = _set_desired_capacity
    AutoScalingBackend.update_attached_target_groups = lambda self, group_name: None
    InstanceState.launch_template = property(lambda self: {
        "LaunchTemplateId": self.auto_scaling_group.ec2_launch_template.id,
        "LaunchTemplateName": self.auto_scaling_group.ec2_launch_template.name, "Version": self.template_version})
    response = AutoScalingResponse
    response.set_desired_capacity = _bounded
    response.complete_lifecycle_action = _complete
    response.record_lifecycle_action_heartbeat = _heartbeat
    response.terminate_instance_in_auto_scaling_group = _terminate_one
    response.delete_auto_scaling_group = _delete_group
    response.describe_scaling_activities = _scaling_activities
    response.create_auto_scaling_group = _keeping(response.create_auto_scaling_group)
    response.update_auto_scaling_group = _in_order(_keeping(response.update_auto_scaling_group))

    made = LifecycleHook.__init__

    def plain_hook(self: LifecycleHook, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        self.role_arn = self.notification_target_arn = None  # moto invents both

    LifecycleHook.__init__ = plain_hook
    clock.every_tick(instances.step)
