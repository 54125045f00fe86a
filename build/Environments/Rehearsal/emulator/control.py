"""The control API beside the AWS API: what a test or a rehearsal sets, and what it reads back. Bodies are JSON.

GET    /moto-api/vectordb/settings                 time scales and default target health
PUT    /moto-api/vectordb/settings                 {"timeScale": 60, "machineTimeScale": 1, "targetHealth": "auto" | "probed"}
GET    /moto-api/vectordb/instances                instances of all groups with the boot script they were launched with
PUT    /moto-api/vectordb/instances/<id>/health    {"status": "Healthy" | "Unhealthy"}   (the EC2 status check)
PUT    /moto-api/vectordb/groups/<name>/launches   {"refusal": "why EC2 gives it no instance"}   (null: it does)
GET    /moto-api/vectordb/instances/<id>           one of them, with what its metadata service tells
PUT    /moto-api/vectordb/instances/<id>/network   {"privateIp"}: the address that its machine really has
GET    /moto-api/vectordb/instances/<id>/credentials   temporary ones, of the instance profile's role
PUT    /moto-api/vectordb/instances/<id>/console   {"output"}: what its machine wrote, to be read also after its end
GET    /moto-api/vectordb/instances/<id>/console
DELETE /moto-api/vectordb/instances/<id>           {"reason"}: its machine stopped by itself
PUT    /moto-api/vectordb/targets/<id>             {"state": "healthy", "reason": "", "description": ""}   (null state: back to default)
POST   /moto-api/vectordb/faults                   {"service", "action" or "*", "times": 1, "status": 500, "code", "message"}
DELETE /moto-api/vectordb/faults
GET    /moto-api/vectordb/calls                    every AWS call: service, action, permissions, principal, status, count
DELETE /moto-api/vectordb/calls
GET    /moto-api/vectordb/repeats                  calls that came again because their answer was lost, and got it again
POST   /moto-api/vectordb/metrics                  {"namespace": "AWS/...", "metricData": [...]}   (what AWS itself publishes)
POST   /moto-api/vectordb/hosted-zones             {"name": "example.org"} -> {"id"}: the domain that an account has already
PUT    /moto-api/vectordb/registry                 {"endpoint": "http://127.0.0.1:5001", "password"}: the real registry behind ECR
GET    /moto-api/vectordb/caches                   who may log in where, with passwords: for a real Redis behind ElastiCache
GET    /moto-api/vectordb/databases                master users and endpoints: for a real PostgreSQL behind RDS
GET    /moto-api/vectordb/target-groups            targets, and how they are to be probed: for a real load balancer
GET    /moto-api/vectordb/resources                names of everything that a destroy should have removed
"""
import json
from collections import Counter
from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.route53.models import route53_backends
from werkzeug.wrappers import Request, Response

import clock
import data_plane
import instances
import inventory
import load_balancing
import machines
import metrics
import registry
import repeats
import wire

PREFIX = "/moto-api/vectordb/"


def answer(request: Request) -> Response:
    try:
        return _answer(request)
    except ValidationError as unknown:
        return Response(f"{unknown.message}\n", 404)


def _answer(request: Request) -> Response:
    path = request.path.removeprefix(PREFIX).strip("/").split("/")
    body = json.loads(request.get_data(as_text=True) or "{}")
    match (request.method, *path):
        case ("GET", "settings"):
            return _json(_settings())
        case ("PUT", "settings"):
            clock.scale = float(body.get("timeScale", clock.scale))
            clock.machine_scale = body.get("machineTimeScale", clock.machine_scale)
            load_balancing.default_health = body.get("targetHealth", load_balancing.default_health)
            return _json(_settings())
        case ("GET", "instances"):
            return _json([instances.describe(state) for group in instances.groups() for state in group.instance_states])
        case ("PUT", "instances", instance_id, "health"):
            instances.find(instance_id).health_status = body["status"]
            return _json({})
        case ("PUT", "groups", name, "launches"):
            if body.get("refusal") is None:
                instances.launch_faults.pop(name, None)
            else:
                instances.launch_faults[name] = body["refusal"]
            return _json({})
        case ("GET", "instances", instance_id):
            return _json(machines.describe(instance_id))
        case ("PUT", "instances", instance_id, "network"):
            machines.attach(instance_id, body["privateIp"])
            return _json({})
        case ("GET", "instances", instance_id, "credentials"):
            return _json(machines.credentials(instance_id))
        case ("PUT", "instances", instance_id, "console"):
            machines.write_console(instance_id, body["output"])
            return _json({})
        case ("GET", "instances", instance_id, "console"):
            return _json({"output": machines.console(instance_id)})
        case ("DELETE", "instances", instance_id):
            machines.gone(instance_id, body["reason"])
            return _json({})
        case ("PUT", "targets", instance_id):
            load_balancing.set_health(instance_id, body.get("state"), body.get("reason"), body.get("description"))
            return _json({})
        case ("POST", "faults"):
            wire.faults.append(wire.Fault(
                body["service"], body.get("action", "*"), int(body.get("times", 1)), int(body.get("status", 500)),
                body.get("code", "InternalFailure"), body.get("message", "A fault that was asked for")))
            return _json({})
        case ("DELETE", "faults"):
            wire.faults.clear()
            return _json({})
        case ("GET", "calls"):
            counts = Counter((call.service, call.action, tuple(call.permissions), call.principal, call.status) for call in wire.calls)
            return _json([
                {"service": service, "action": action, "permissions": needed, "principal": principal, "status": status, "count": count}
                for (service, action, needed, principal, status), count in sorted(counts.items())])
        case ("GET", "repeats"):
            return _json(repeats.lost)
        case ("DELETE", "calls"):
            wire.calls.clear()
            return _json({})
        case ("POST", "metrics"):
            metrics.publish(body["namespace"], body["metricData"])
            return _json({})
        case ("POST", "hosted-zones"):
            zone = route53_backends[DEFAULT_ACCOUNT_ID]["aws"].create_hosted_zone(body["name"], private_zone=False)
            return _json({"id": zone.id.rsplit("/", 1)[-1]})
        case ("PUT", "registry"):
            registry.use(body["endpoint"], body["password"])
            return _json({})
        case ("GET", "caches"):
            return _json(data_plane.caches())
        case ("GET", "databases"):
            return _json(data_plane.databases())
        case ("GET", "target-groups"):
            return _json(data_plane.target_groups())
        case ("GET", "resources"):
            return _json(inventory.names())
        case _:
            return Response(f"no control {request.method} {request.path}; see control.py\n", 404)


def _settings() -> dict[str, Any]:
    return {"timeScale": clock.scale, "machineTimeScale": clock.machine_scale or clock.scale, "targetHealth": load_balancing.default_health}


def _json(value: Any) -> Response:
    return Response(json.dumps(value, default=str), content_type="application/json")
