"""In the place of the CloudWatch agent: it sends what is added to files, and memory and disk, with the instance's role.

Configuration: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
It knows the parts that a release uses. Times in lines are not read: an event has the time at which it was found.
"""
import glob
import json
import os
import signal
import sys
import time
from typing import Any

import aws
import measurements

_CONFIGURATIONS = "/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d/*"
_STATE = "/opt/aws/amazon-cloudwatch-agent/etc/positions.json"
_POLL_SECONDS = 0.5
#: One call takes 10,000 events, 1 MB with 26 bytes for each event.
_BATCH_EVENTS = 5_000
_BATCH_BYTES = 900_000
_EVENT_BYTES = 256_000


class Shipper:
    """One collected pattern of files, sent to one stream."""

    def __init__(self, pattern: str, group: str, stream: str, flush_seconds: float) -> None:
        self.pattern, self.group, self.stream = pattern, group, stream
        self._flush_seconds, self._sent_at, self._has_stream = flush_seconds, 0.0, False

    def ship(self, positions: dict[str, int], at_once: bool) -> None:
        if not at_once and time.monotonic() < self._sent_at + self._flush_seconds:
            return
        for path in sorted(glob.glob(self.pattern)):
            while self._send(path, positions):
                self._sent_at = time.monotonic()

    def _send(self, path: str, positions: dict[str, int]) -> bool:
        """Sends the next lines of a file, if there are whole ones."""
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            key = f"{self.group} {self.stream} {status.st_dev}:{status.st_ino}"
            start = positions.get(key, 0)
            # Shorter than what was sent: somebody emptied it.
            file.seek(start if start <= status.st_size else 0)
            start = file.tell()
            lines = file.read(_BATCH_BYTES).split(b"\n")[:-1][:_BATCH_EVENTS]
        if not lines:
            return False
        texts = [line.decode(errors="replace").rstrip("\r")[:_EVENT_BYTES] for line in lines]
        now = int(time.time() * 1000)
        self._put([{"timestamp": now, "message": text} for text in texts if text])
        positions[key] = start + sum(len(line) + 1 for line in lines)
        return True

    def _put(self, events: list[dict[str, Any]]) -> None:
        if not events:
            return
        if not self._has_stream:
            try:
                aws.call_json("logs", "Logs_20140328.CreateLogStream", {"logGroupName": self.group, "logStreamName": self.stream})
            except aws.Refused as refused:
                if "ResourceAlreadyExistsException" not in str(refused):
                    raise
            self._has_stream = True
        aws.call_json("logs", "Logs_20140328.PutLogEvents", {"logGroupName": self.group, "logStreamName": self.stream, "logEvents": events})


def configurations() -> list[dict[str, Any]]:
    found = []
    for path in sorted(glob.glob(_CONFIGURATIONS)):
        with open(path) as file:
            found.append(json.load(file))
    return found


def shippers(configuration: dict[str, Any], instance: str) -> list[Shipper]:
    logs = configuration.get("logs", {})
    files = logs.get("logs_collected", {}).get("files", {}).get("collect_list", [])
    return [
        Shipper(each["file_path"], each["log_group_name"], each["log_stream_name"].replace("{instance_id}", instance), logs.get("force_flush_interval", 5))
        for each in files]


def read_positions() -> dict[str, int]:
    if not os.path.exists(_STATE):
        return {}
    with open(_STATE) as file:
        return json.load(file)


def write_positions(positions: dict[str, int]) -> None:
    with open(_STATE + ".new", "w") as file:
        json.dump(positions, file)
    os.replace(_STATE + ".new", _STATE)


def ship_all(all_shippers: list[Shipper], positions: dict[str, int], at_once: bool = False) -> None:
    before = dict(positions)
    for shipper in all_shippers:
        try:
            shipper.ship(positions, at_once)
        except (aws.Refused, OSError) as problem:
            print(f"{shipper.pattern} to {shipper.group}: {problem}", file=sys.stderr, flush=True)
    if positions != before:
        write_positions(positions)


def main() -> None:
    instance = aws.metadata("meta-data/instance-id")
    active = configurations()
    collected = [shipper for each in active for shipper in shippers(each, instance)]
    measured = [measurements.Collector(each["metrics"], instance, each.get("agent", {}).get("metrics_collection_interval", 60)) for each in active if "metrics" in each]
    positions = read_positions()

    def stop(*_: Any) -> None:
        # What was written before the end of the machine still leaves it.
        ship_all(collected, positions, at_once=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        ship_all(collected, positions)
        for collector in measured:
            try:
                collector.collect()
            except (aws.Refused, OSError) as problem:
                print(f"metrics: {problem}", file=sys.stderr, flush=True)
        time.sleep(_POLL_SECONDS)


main()
