"""Elastic Load Balancing: target health that can be set, draining that takes its time, deletion protection that protects.

Target states: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states
Draining: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
"""
from typing import Any

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeLoadBalancer, FakeTargetGroup, elbv2_backends

import clock

#: auto: a registered target is healthy; probed: it stays initial until somebody who probes it says otherwise.
default_health = "auto"

#: Where a real load balancer stands for all of them; what they say is their DNS name.
balancer_address: str | None = None

_given: dict[str, tuple[str, str | None, str | None]] = {}


def set_health(instance_id: str, state: str | None, reason: str | None, description: str | None) -> None:
    if state is None:
        _given.pop(instance_id, None)
    else:
        _given[instance_id] = (state, reason, description)


def state_of(target_group: FakeTargetGroup, instance_id: str) -> str:
    return _health(target_group, instance_id)[0]


def drained(target_group_arns: list[str], backend: ELBv2Backend, instance_id: str) -> bool:
    groups = [backend.target_groups[arn] for arn in target_group_arns if arn in backend.target_groups]
    return all(state_of(group, instance_id) == "unused" for group in groups)


def _health(target_group: FakeTargetGroup, instance_id: str) -> tuple[str, str | None, str | None]:
    if instance_id in target_group.targets:
        if instance_id in _given:
            return _given[instance_id]
        if default_health == "auto":
            return ("healthy", None, None)
        return ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
    if clock.now() < _draining(target_group).get(instance_id, 0):
        return ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
    return ("unused", "Target.NotRegistered", "Target is not registered to the target group")


def _draining(target_group: FakeTargetGroup) -> dict[str, float]:
    return target_group.__dict__.setdefault("vectordb_draining", {})


def _deregister(self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    for target in targets:
        if self.targets.pop(target["Id"], None) is not None:
            delay = float(self.attributes.get("deregistration_delay.timeout_seconds", 300))
            _draining(self)[target["Id"]] = clock.after(delay)
            # Health is of a registration: registered again, the target is initial again.
            _given.pop(target["Id"], None)


def _health_for(self: FakeTargetGroup, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:
    state, reason, description = _health(self, target["Id"])
    return FakeHealthStatus(target["Id"], target.get("Port", self.port), self.health_check_port, state, reason, description)


def install() -> None:
    FakeTargetGroup.deregister = _deregister
    FakeTargetGroup.health_for = _health_for

    describe = ELBv2Backend.describe_target_health

    def describe_target_health(self: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]) -> list[FakeHealthStatus]:
        # Asked for all, AWS lists draining targets too.
        group = self.target_groups.get(target_group_arn)
        if group is not None and not targets:
            leaving = [{"Id": name} for name, until in _draining(group).items() if name not in group.targets and clock.now() < until]
            targets = [*group.targets.values(), *leaving]
            if not targets:
                return []
        return describe(self, target_group_arn, targets)

    ELBv2Backend.describe_target_health = describe_target_health

    create = ELBv2Backend.create_load_balancer

    def create_load_balancer(self: ELBv2Backend, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        balancer = create(self, *args, **kwargs)
        balancer.dns_name = balancer_address or balancer.dns_name
        return balancer

    ELBv2Backend.create_load_balancer = create_load_balancer

    delete = ELBv2Backend.delete_load_balancer

    def delete_load_balancer(self: ELBv2Backend, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        delete(self, arn)

    ELBv2Backend.delete_load_balancer = delete_load_balancer


def backend(account: str, region: str) -> ELBv2Backend:
    return elbv2_backends[account][region]
