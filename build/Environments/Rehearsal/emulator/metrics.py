"""CloudWatch: alarms that judge their metrics and act, and metrics embedded in log lines.

Alarm evaluation: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
Missing data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
Embedded metrics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""
import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.logs.models import LogsBackend
from moto.sns.models import sns_backends

import clock

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold}

#: What an alarm's action does, by prefix of its ARN.
actions: dict[str, Callable[[str, Alarm, float | None], None]] = {}

#: Between two looks at the alarms: no metric of AWS is finer, and each look reads all of them.
_LOOK_SECONDS = 1.0
_next_look = 0.0


def publish(namespace: str, data: list[dict[str, Any]], region: str = "us-east-1", account: str = DEFAULT_ACCOUNT_ID) -> None:
    for datum in data:
        if isinstance(datum.get("Timestamp"), str):
            datum["Timestamp"] = datetime.fromisoformat(datum["Timestamp"])
    cloudwatch_backends[account][region].put_metric_data(namespace, data)


def values(backend: CloudWatchBackend, alarm: Alarm) -> list[float | None]:
    """The statistic of each of the last periods, newest first; None where there is no data."""
    end, found = datetime.now(timezone.utc).replace(tzinfo=None), []
    wanted = {(dimension.name, dimension.value) for dimension in alarm.dimensions}
    points = [(_naive(datum.timestamp), datum) for datum in backend.metric_data
              if datum.name == alarm.metric_name and datum.namespace == alarm.namespace
              and {(dimension.name, dimension.value) for dimension in datum.dimensions} == wanted]
    for period in range(int(alarm.evaluation_periods)):
        until = end - timedelta(seconds=period * int(alarm.period))
        since = until - timedelta(seconds=int(alarm.period))
        found.append(_statistic([datum.value for at, datum in points if since < at <= until and hasattr(datum, "value")], alarm))
    return found


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def _statistic(data: list[float], alarm: Alarm) -> float | None:
    if not data:
        return None
    if alarm.extended_statistic:
        rank = float(alarm.extended_statistic[1:]) / 100
        return sorted(data)[min(len(data) - 1, math.ceil(rank * len(data)) - 1)]
    return {"Sum": sum(data), "Average": sum(data) / len(data), "Maximum": max(data), "Minimum": min(data),
            "SampleCount": float(len(data))}[alarm.statistic]


def judge(backend: CloudWatchBackend, alarm: Alarm) -> str:
    seen, missing = values(backend, alarm), alarm.treat_missing_data or "missing"
    needed = int(alarm.datapoints_to_alarm or alarm.evaluation_periods)
    if all(value is None for value in seen):
        return {"breaching": "ALARM", "notBreaching": "OK", "ignore": alarm.state_value}.get(missing, "INSUFFICIENT_DATA")
    compare = _COMPARE[alarm.comparison_operator]
    breaching = sum(compare(value, float(alarm.threshold)) if value is not None else missing == "breaching" for value in seen)
    return "ALARM" if breaching >= needed else "OK"


def step() -> None:
    global _next_look
    if clock.now() < _next_look:
        return
    _next_look = clock.now() + _LOOK_SECONDS
    for regions in list(cloudwatch_backends.values()):
        for backend in list(regions.values()):
            for alarm in list(backend.alarms.values()):
                if alarm.metric_name and alarm.comparison_operator in _COMPARE and not alarm.__dict__.get("vectordb_held"):
                    state = judge(backend, alarm)
                    if state != alarm.state_value:
                        change(backend, alarm, state, "Threshold Crossed" if state == "ALARM" else "Threshold not crossed")
                    elif state == "ALARM":
                        _act(backend, alarm, scaling_only=True)


def change(backend: CloudWatchBackend, alarm: Alarm, state: str, reason: str) -> None:
    alarm.update_state(reason, "{}", state)
    _act(backend, alarm)


def _act(backend: CloudWatchBackend, alarm: Alarm, scaling_only: bool = False) -> None:
    if not alarm.actions_enabled:
        return
    by_state = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions, "INSUFFICIENT_DATA": alarm.insufficient_data_actions}
    newest = next((value for value in values(backend, alarm) if value is not None), None)
    for arn in by_state[alarm.state_value] or []:
        if ":autoscaling:" in arn:
            # A scaling action is repeated as long as its alarm lasts.
            actions["autoscaling"](arn, alarm, newest)
        elif ":sns:" in arn and not scaling_only:
            topics = sns_backends[backend.account_id][backend.region_name]
            if arn in topics.topics:
                topics.publish(message=json.dumps({"AlarmName": alarm.name, "NewStateValue": alarm.state_value}), arn=arn)


def _embedded(message: str) -> list[tuple[str, list[dict[str, Any]]]]:
    try:
        document = json.loads(message)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return []
    at = datetime.fromtimestamp(document["_aws"]["Timestamp"] / 1000, timezone.utc)
    return [(directive["Namespace"], [
        {"MetricName": metric["Name"], "Value": float(document[metric["Name"]]), "Unit": metric.get("Unit"), "Timestamp": at,
         "Dimensions": [{"Name": name, "Value": str(document[name])} for name in dimensions]}
        for metric in directive["Metrics"] for dimensions in directive.get("Dimensions") or [[]] if metric["Name"] in document])
        for directive in directives]


def install() -> None:
    put = LogsBackend.put_log_events

    def put_log_events(self: LogsBackend, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        result = put(self, log_group_name, log_stream_name, log_events)
        for event in log_events:
            for namespace, data in _embedded(event["message"]):
                publish(namespace, data, self.region_name, self.account_id)
        return result

    LogsBackend.put_log_events = put_log_events

    made = Alarm.__init__

    def unjudged(self: Alarm, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        self.state_value = "INSUFFICIENT_DATA"  # as every alarm begins; moto begins with OK

    Alarm.__init__ = unjudged

    def set_alarm_state(self: CloudWatchResponse) -> Any:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html : until the next evaluation on AWS;
        # here until it is set to OK, so that a test does not race the clock.
        result = moto_set(self)
        alarm = self.cloudwatch_backend.alarms[self._get_param("AlarmName")]
        alarm.__dict__["vectordb_held"] = alarm.state_value == "ALARM"
        _act(self.cloudwatch_backend, alarm)
        return result

    moto_set = CloudWatchResponse.set_alarm_state
    CloudWatchResponse.set_alarm_state = set_alarm_state
    clock.every_tick(step)
