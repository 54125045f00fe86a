"""Names of what exists: a destroy that leaves nothing behind leaves this empty."""
from collections.abc import Callable, Iterable

from moto.autoscaling.models import autoscaling_backends
from moto.backup.models import backup_backends
from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.elasticache.models import elasticache_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends
from moto.wafv2.models import wafv2_backends


def names(region: str = "us-east-1") -> dict[str, list[str]]:
    def of(backends: object, *attributes: str, place: str = region) -> Callable[[], Iterable[str]]:
        backend = backends[DEFAULT_ACCOUNT_ID][place]
        return lambda: [str(name) for attribute in attributes for name in getattr(backend, attribute)]

    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    backup = backup_backends[DEFAULT_ACCOUNT_ID][region]
    sources: dict[str, Callable[[], Iterable[str]]] = {
        "autoscaling": of(autoscaling_backends, "autoscaling_groups", "policies", "lifecycle_hooks"),
        "backup": lambda: [*backup.vaults, *(name for name, plan in backup.plans.items() if not plan.deletion_date)],
        "budgets": lambda: [name for held in budgets_backends[DEFAULT_ACCOUNT_ID]["aws"].budgets.values() for name in held],
        "cloudwatch": of(cloudwatch_backends, "alarms", "dashboards"),
        "dynamodb": of(dynamodb_backends, "tables"),
        "ec2": lambda: [*ec2.launch_templates, *(each.allocation_id for each in ec2.addresses),
                        *(each.id for each in [*ec2.nat_gateways.values(), *ec2.vpc_end_points.values()] if each.state != "deleted"),
                        *(vpc.id for vpc in ec2.vpcs.values() if not vpc.is_default or vpc.is_default == "false"),
                        *(each.id for each in ec2.all_instances() if each.state not in ("terminated", "shutting-down"))],
        "ecr": of(ecr_backends, "repositories"),
        "elasticache": lambda: [name for name in of(elasticache_backends, "replication_groups", "cache_clusters", "cache_subnet_groups", "users")()
                                if name != "default"],
        "elbv2": of(elbv2_backends, "load_balancers", "target_groups"),
        # Roles of AWS's own services stay with an account.
        "iam": lambda: [*(role.name for role in iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values() if not role.path.startswith("/aws-service-role/")),
                        *iam_backends[DEFAULT_ACCOUNT_ID]["aws"].instance_profiles],
        "logs": of(logs_backends, "groups"),
        "rds": of(rds_backends, "clusters", "databases"),
        "s3": of(s3_backends, "buckets", place="aws"),
        "secretsmanager": of(secretsmanager_backends, "secrets"),
        "sns": of(sns_backends, "topics"),
        "ssm": lambda: [name for name in ssm_backends[DEFAULT_ACCOUNT_ID][region]._parameters if name.startswith("/vectordb/")],
        "wafv2": of(wafv2_backends, "wacls"),
    }
    found = {service: sorted(source()) for service, source in sources.items()}
    return {service: held for service, held in found.items() if held}
