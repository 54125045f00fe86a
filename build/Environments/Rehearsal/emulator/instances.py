"""EC2 Auto Scaling, the instances: they take the steps of their life, hooks hold them, groups keep their size.

Life of an instance: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
Lifecycle hooks: https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
Health checks: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
"""
import uuid
from collections.abc import Iterator
from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState, LifecycleHook, autoscaling_backends

import clock
import load_balancing

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
_LEAVING = ("Terminating", "Terminating:Wait", "Terminating:Proceed")


def groups() -> Iterator[FakeAutoScalingGroup]:
    for regions in list(autoscaling_backends.values()):
        for backend in list(regions.values()):
            yield from list(backend.autoscaling_groups.values())


def find(instance_id: str) -> InstanceState:
    for group in groups():
        for state in group.instance_states:
            if state.instance.id == instance_id:
                return state
    raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")


def describe(state: InstanceState) -> dict[str, Any]:
    return {
        "instanceId": state.instance.id,
        "group": state.auto_scaling_group_name,
        "zone": state.availability_zone,
        "lifecycleState": state.lifecycle_state,
        "healthStatus": state.health_status,
        "launchTemplateVersion": state.template_version,
        "lifecycleActionToken": state.token,
        "imageId": state.instance.image_id,
        "userData": state.user_data,
        "privateIp": state.instance.private_ip,
        "instanceProfile": state.template_data.get("IamInstanceProfile"),
    }


def staying(group: FakeAutoScalingGroup) -> list[InstanceState]:
    return [state for state in group.instance_states if state.lifecycle_state not in _LEAVING]


def version_of(group: FakeAutoScalingGroup, version: str | None = None) -> str:
    """A launch template version as a number: $Latest and $Default as they stand now."""
    template = group.ec2_launch_template
    version = str(version or group.launch_template_version or "$Default")
    if version == "$Latest":
        return str(template.latest_version_number)
    if version == "$Default":
        return str(template.default_version_number)
    return version


#: Groups that EC2 gives no instance at the moment, by name: why.
launch_faults: dict[str, str] = {}


def launch(group: FakeAutoScalingGroup, version: str, cause: str) -> InstanceState | None:
    """Starts an instance in the zone that has the fewest."""
    if group.name in launch_faults:
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html: the activity fails, and is tried again later.
        if not any(each["StatusCode"] == "Failed" for each in activities(group)[:1]):
            failed = _activity(group, "Launching a new EC2 instance.", cause)
            failed.update(StatusCode="Failed", StatusMessage=launch_faults[group.name], EndTime=clock.timestamp(), Progress=100)
        return None
    template = group.ec2_launch_template
    data = template.get_version(int(version)).data
    subnets = group.ec2_backend.describe_subnets(subnet_ids=group.vpc_zone_identifier.split(","))
    subnet = min(subnets, key=lambda each: sum(each.availability_zone == state.availability_zone for state in staying(group)))
    reservation = group.ec2_backend.run_instances(
        data.get("ImageId"), 1, None, [], instance_type=data.get("InstanceType"), is_instance_type_default=False,
        tags={"instance": {**group.get_propagated_tags(), ASG_NAME_TAG: group.name}}, placement=subnet.availability_zone,
        subnet_id=subnet.id, launch_template={"LaunchTemplateId": template.id, "Version": version})
    instance = reservation.instances[0]
    instance.autoscaling_group = group
    state = InstanceState(instance, "Pending", protected_from_scale_in=group.new_instances_protected_from_scale_in)
    state.availability_zone = subnet.availability_zone
    state.template_version, state.template_data, state.user_data = version, data, data.get("UserData")
    state.token, state.deadline, state.result, state.machine_gone = None, 0.0, None, False
    state.launched_at, state.in_service_at = clock.now(), None
    state.activity = _activity(group, f"Launching a new EC2 instance: {instance.id}", cause)
    group.instance_states.append(state)
    return state


def terminate(state: InstanceState, cause: str) -> None:
    if state.lifecycle_state in _LEAVING:
        return
    group = state.auto_scaling_group
    state.activity["StatusCode"] = "Successful" if state.in_service_at else "Cancelled"
    state.activity["EndTime"] = clock.timestamp()
    state.lifecycle_state = "Terminating"
    state.activity = _activity(group, f"Terminating EC2 instance: {state.instance.id}", cause)
    _deregister(state)


def _activity(group: FakeAutoScalingGroup, description: str, cause: str) -> dict[str, Any]:
    activity = {
        "ActivityId": str(uuid.uuid4()), "AutoScalingGroupName": group.name, "Description": description, "Cause": cause,
        "StartTime": clock.timestamp(), "EndTime": None, "StatusCode": "InProgress", "Progress": 50}
    activities(group).insert(0, activity)
    return activity


def activities(group: FakeAutoScalingGroup) -> list[dict[str, Any]]:
    return group.__dict__.setdefault("vectordb_activities", [])


def _hook(state: InstanceState, transition: str) -> LifecycleHook | None:
    hooks = state.auto_scaling_group.autoscaling_backend.describe_lifecycle_hooks(state.auto_scaling_group_name)
    return next((hook for hook in hooks if hook.lifecycle_transition == transition), None)


def _hold(state: InstanceState, phase: str, hook: LifecycleHook) -> None:
    state.lifecycle_state, state.token = f"{phase}:Wait", str(uuid.uuid4())
    state.hook, state.deadline = hook, clock.now() + clock.machine_time(hook.heartbeat_timeout)
    state.result = "CONTINUE" if state.machine_gone else None


def _register(state: InstanceState) -> None:
    group = state.auto_scaling_group
    for target_group in _target_groups(group):
        target_group.register([{"Id": state.instance.id, "Port": target_group.port}])


def _deregister(state: InstanceState) -> None:
    for target_group in _target_groups(state.auto_scaling_group):
        target_group.deregister([{"Id": state.instance.id}])


def _target_groups(group: FakeAutoScalingGroup) -> list[Any]:
    backend = group.autoscaling_backend.elbv2_backend
    return [backend.target_groups[arn] for arn in group.target_group_arns if arn in backend.target_groups]


def target_healthy(state: InstanceState) -> bool:
    """Whether every target group that the instance is registered with finds it healthy."""
    return all(load_balancing.state_of(group, state.instance.id) == "healthy" for group in _target_groups(state.auto_scaling_group))


def _advance(state: InstanceState) -> None:
    group = state.auto_scaling_group
    match state.lifecycle_state:
        case "Pending":
            hook = _hook(state, LAUNCHING)
            if hook:
                _hold(state, "Pending", hook)
            else:
                state.lifecycle_state = "Pending:Proceed"
        case "Pending:Wait" | "Terminating:Wait":
            result = state.result or (state.hook.default_result if clock.now() >= state.deadline else None)
            if result == "ABANDON" and state.lifecycle_state == "Pending:Wait":
                # ABANDON of a launch: the instance is terminated and replaced.
                state.activity["StatusMessage"] = "Lifecycle action completed with ABANDON Result"
                group.__dict__["vectordb_abandoned"] = group.__dict__.get("vectordb_abandoned", 0) + 1
                terminate(state, f"Lifecycle hook {state.hook.name} abandoned the launch")
                state.activity["StatusCode"] = "InProgress"
            elif result:
                # Both results let a termination go on.
                state.lifecycle_state = state.lifecycle_state.replace(":Wait", ":Proceed")
        case "Pending:Proceed":
            state.lifecycle_state, state.in_service_at = "InService", clock.now()
            state.activity.update(StatusCode="Successful", EndTime=clock.timestamp(), Progress=100)
            _register(state)
        case "InService":
            _check_health(state)
        case "Terminating":
            # Connections drain first, then the hook holds.
            if load_balancing.drained(group.target_group_arns, group.autoscaling_backend.elbv2_backend, state.instance.id):
                hook = _hook(state, TERMINATING)
                if hook:
                    _hold(state, "Terminating", hook)
                else:
                    state.lifecycle_state = "Terminating:Proceed"
        case "Terminating:Proceed":
            group.instance_states.remove(state)
            state.activity.update(StatusCode="Successful", EndTime=clock.timestamp(), Progress=100)
            if state.instance.state != "terminated":
                group.ec2_backend.terminate_instances([state.instance.id])


def _check_health(state: InstanceState) -> None:
    group = state.auto_scaling_group
    if state.instance.state in ("stopped", "terminated", "shutting-down"):
        state.health_status = "Unhealthy"
    grace_over = clock.now() >= state.in_service_at + clock.machine_time(group.health_check_grace_period or 0)
    if group.health_check_type == "ELB" and grace_over:
        if any(load_balancing.state_of(each, state.instance.id) == "unhealthy" for each in _target_groups(group)):
            state.health_status = "Unhealthy"
    suspended = {process["ProcessName"] for process in group.suspended_processes}
    if state.health_status == "Unhealthy" and not suspended & {"HealthCheck", "ReplaceUnhealthy", "Terminate"}:
        group.__dict__["vectordb_unhealthy"] = group.__dict__.get("vectordb_unhealthy", 0) + 1
        terminate(state, "An instance was taken out of service in response to a health check failure")


def _keep_size(group: FakeAutoScalingGroup) -> None:
    """Launches what is missing, terminates what is too much. A refresh may hold more than the desired capacity for a while."""
    if group.ec2_launch_template is None:
        return
    present, desired = staying(group), group.desired_capacity or 0
    suspended = {process["ProcessName"] for process in group.suspended_processes}
    if len(present) < desired and "Launch" not in suspended:
        for _ in range(desired - len(present)):
            launch(group, group.__dict__.get("vectordb_refresh_version") or version_of(group),
                   f"An instance was started to keep the desired capacity of {desired}")
    surplus = len(present) - desired - group.__dict__.get("vectordb_surge", 0)
    if surplus > 0 and "Terminate" not in suspended:
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html: the groups of a release ask for
        # NewestInstance; every other policy counts as the default here, which begins with the oldest launch template.
        newest_first = list(getattr(group, "termination_policies", None) or [])[:1] == ["NewestInstance"]
        free = [state for state in present if not state.protected_from_scale_in]
        order = (lambda each: -each.launched_at) if newest_first else (lambda each: (int(each.template_version), each.launched_at))
        for state in sorted(free, key=order)[:surplus]:
            terminate(state, f"The desired capacity is {desired}")


def step() -> None:
    for group in groups():
        for state in list(group.instance_states):
            _advance(state)
        _keep_size(group)
