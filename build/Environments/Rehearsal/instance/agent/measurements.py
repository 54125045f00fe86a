"""Memory, swap and disk, as the CloudWatch agent names them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html
"""
import os
import re
import time
from typing import Any

import aws

_VERSION = "2010-08-01"
#: The group's name is a tag of the instance.
_GROUP_TAG = "aws:autoscaling:groupName"


class Collector:
    """The metrics of one configuration, sent in its interval."""

    def __init__(self, configuration: dict[str, Any], instance: str, seconds: float) -> None:
        self._configuration, self._instance, self._seconds = configuration, instance, seconds
        self._next = time.monotonic()
        self._dimensions: dict[str, str] | None = None

    def collect(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._seconds
        if self._dimensions is None:
            self._dimensions = self._own_dimensions()
        wanted = self._configuration["metrics_collected"]
        parameters = {"Namespace": self._configuration["namespace"]}
        number = 0
        for kind, measure in (("mem", _memory), ("swap", _swap), ("disk", _disk)):
            if kind not in wanted:
                continue
            value, own = measure(wanted[kind])
            name = wanted[kind]["measurement"][0]
            dimensions = {**self._dimensions, **own}
            aggregated = [{key: dimensions[key] for key in keys} for keys in self._configuration.get("aggregation_dimensions", []) if all(key in dimensions for key in keys)]
            for each in [dimensions, *aggregated]:
                number += 1
                parameters.update(_datum(number, name if name.startswith(kind) else f"{kind}_{name}", value, each))
        aws.call_query("monitoring", _VERSION, "PutMetricData", parameters)

    def _own_dimensions(self) -> dict[str, str]:
        answer = aws.call_query("ec2", "2016-11-15", "DescribeTags", {"Filter.1.Name": "resource-id", "Filter.1.Value.1": self._instance})
        group = re.search(f"<key>{_GROUP_TAG}</key>.*?<value>([^<]*)</value>", answer, re.DOTALL)
        values = {"${aws:InstanceId}": self._instance, "${aws:AutoScalingGroupName}": group.group(1) if group else ""}
        wanted = self._configuration.get("append_dimensions", {})
        return {name: values[value] for name, value in wanted.items() if values.get(value)}


def _datum(number: int, name: str, value: float, dimensions: dict[str, str]) -> dict[str, str]:
    prefix = f"MetricData.member.{number}"
    datum = {f"{prefix}.MetricName": name, f"{prefix}.Value": f"{value:.3f}", f"{prefix}.Unit": "Percent"}
    for index, (key, text) in enumerate(dimensions.items(), 1):
        datum[f"{prefix}.Dimensions.member.{index}.Name"], datum[f"{prefix}.Dimensions.member.{index}.Value"] = key, text
    return datum


def _meminfo() -> dict[str, int]:
    with open("/proc/meminfo") as file:
        return {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in file)}


def _memory(_: dict[str, Any]) -> tuple[float, dict[str, str]]:
    memory = _meminfo()
    return 100 * (memory["MemTotal"] - memory["MemAvailable"]) / memory["MemTotal"], {}


def _swap(_: dict[str, Any]) -> tuple[float, dict[str, str]]:
    memory = _meminfo()
    return 100 * (memory["SwapTotal"] - memory["SwapFree"]) / memory["SwapTotal"] if memory["SwapTotal"] else 0.0, {}


def _disk(wanted: dict[str, Any]) -> tuple[float, dict[str, str]]:
    path = wanted.get("resources", ["/"])[0]
    status = os.statvfs(path)
    used = status.f_blocks - status.f_bfree
    return 100 * used / (used + status.f_bavail), {"path": path, "fstype": "overlay"}
