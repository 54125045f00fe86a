"""Scaling policies: target tracking makes its own two alarms, and they move the desired capacity.

Target tracking: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
Predefined metrics: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredefinedMetricSpecification.html
"""
import math
import uuid
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, FakeScalingPolicy, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.responses import ActionResult, EmptyResult

import clock
import metrics


def _metric(policy: FakeScalingPolicy) -> dict[str, Any] | None:
    """Namespace, name, statistic and dimensions of what a target tracking policy follows; None for metric math."""
    configuration = policy.target_tracking_configuration.__dict__
    custom, predefined = configuration.get("CustomizedMetricSpecification"), configuration.get("PredefinedMetricSpecification")
    if custom:
        if "MetricName" not in custom:
            return None
        return {"namespace": custom["Namespace"], "metric_name": custom["MetricName"], "statistic": custom["Statistic"],
                "dimensions": custom.get("Dimensions") or []}
    if predefined["PredefinedMetricType"] == "ALBRequestCountPerTarget":
        balancer, target_group = predefined["ResourceLabel"].split("/targetgroup/")
        return {"namespace": "AWS/ApplicationELB", "metric_name": "RequestCountPerTarget", "statistic": "Sum", "dimensions": [
            {"Name": "LoadBalancer", "Value": balancer}, {"Name": "TargetGroup", "Value": f"targetgroup/{target_group}"}]}
    names = {"ASGAverageCPUUtilization": "CPUUtilization", "ASGAverageNetworkIn": "NetworkIn", "ASGAverageNetworkOut": "NetworkOut"}
    return {"namespace": "AWS/EC2", "metric_name": names[predefined["PredefinedMetricType"]], "statistic": "Average",
            "dimensions": [{"Name": "AutoScalingGroupName", "Value": policy.auto_scaling_group_name}]}


def _make_alarms(policy: FakeScalingPolicy) -> None:
    metric = _metric(policy)
    if metric is None:
        return
    backend = cloudwatch_backends[policy.autoscaling_backend.account_id][policy.autoscaling_backend.region_name]
    target = float(policy.target_tracking_configuration.__dict__["TargetValue"])
    # Out after 3 periods of a minute above the target; in, more carefully, after 15 below 90 % of it.
    for kind, comparison, periods, threshold in (("High", "GreaterThanThreshold", 3, target), ("Low", "LessThanThreshold", 15, target * 0.9)):
        alarm = backend.put_metric_alarm(
            name=f"TargetTracking-{policy.auto_scaling_group_name}-Alarm{kind}-{uuid.uuid4()}", comparison_operator=comparison,
            evaluation_periods=periods, period=60, threshold=threshold, description="DO NOT EDIT OR DELETE. For TargetTrackingScaling.",
            alarm_actions=[policy.arn], **metric)
        policy.alarms.append({"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn})


def _drop_alarms(policy: FakeScalingPolicy) -> None:
    backend = cloudwatch_backends[policy.autoscaling_backend.account_id][policy.autoscaling_backend.region_name]
    backend.delete_alarms([alarm["AlarmName"] for alarm in policy.alarms if alarm["AlarmName"] in backend.alarms])


def _act(arn: str, alarm: Alarm, value: float | None) -> None:
    for regions in list(autoscaling_backends.values()):
        for backend in list(regions.values()):
            for policy in list(backend.policies.values()):
                if policy.arn == arn:
                    _scale(backend.autoscaling_groups[policy.auto_scaling_group_name], policy, value)


def _scale(group: FakeAutoScalingGroup, policy: FakeScalingPolicy, value: float | None) -> None:
    if value is None or not policy.enabled or clock.now() < group.__dict__.get("vectordb_cooling", 0):
        return
    current = group.desired_capacity or 0
    if policy.policy_type == "TargetTrackingScaling":
        wanted = math.ceil(current * value / float(policy.target_tracking_configuration.__dict__["TargetValue"]))
    elif policy.adjustment_type == "ExactCapacity":
        wanted = int(policy.scaling_adjustment or 0)
    else:
        wanted = current + int(policy.scaling_adjustment or 0)
    wanted = max(group.min_size, min(group.max_size, wanted))
    if wanted != current:
        group.desired_capacity = wanted
        # Until the new instances count, the same data must not scale again.
        group.__dict__["vectordb_cooling"] = clock.after(getattr(group, "default_instance_warmup", None) or 300)


def install() -> None:
    metrics.actions["autoscaling"] = _act

    made = FakeScalingPolicy.__init__

    def policy_made(self: FakeScalingPolicy, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        self.enabled, self.alarms = True, []
        self.identity = str(uuid.uuid4())
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None

    FakeScalingPolicy.__init__ = policy_made

    put, delete = AutoScalingResponse.put_scaling_policy, AutoScalingResponse.delete_policy

    def put_scaling_policy(self: AutoScalingResponse) -> ActionResult:
        before = self.autoscaling_backend.policies.get(self._get_param("PolicyName"))
        if before:
            _drop_alarms(before)
        put(self)
        policy = self.autoscaling_backend.policies[self._get_param("PolicyName")]
        if policy.policy_type == "TargetTrackingScaling":
            _make_alarms(policy)
        return ActionResult({"PolicyARN": policy.arn, "Alarms": policy.alarms})

    def delete_policy(self: AutoScalingResponse) -> EmptyResult:
        policy = self.autoscaling_backend.policies.get(self._get_param("PolicyName"))
        if policy:
            _drop_alarms(policy)
        return delete(self)

    AutoScalingResponse.put_scaling_policy = put_scaling_policy
    AutoScalingResponse.delete_policy = delete_policy
