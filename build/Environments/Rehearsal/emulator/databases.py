"""RDS: what a description of a cluster or an instance should say.

Clusters: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html
Instances: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
"""
from typing import Any

from moto.rds.models import DBCluster, RDSBackend

_INSIGHTS = ("performance_insights_enabled", "performance_insights_kms_key_id", "enable_performance_insights")


def _keeping_insights(original: Any) -> Any:
    def handler(self: RDSBackend, *args: Any) -> Any:
        options = args[-1]
        kept = {name: options.get(name) for name in _INSIGHTS if options.get(name) is not None}
        database = original(self, *args)
        database.performance_insights_enabled = bool(kept.get("enable_performance_insights", getattr(database, "performance_insights_enabled", False)))
        database.performance_insights_kms_key_id = kept.get(
            "performance_insights_kms_key_id", getattr(database, "performance_insights_kms_key_id", None))
        return database

    return handler


def install() -> None:
    # Scaling of the first serverless generation; a provisioned cluster has none.
    configuration = DBCluster.scaling_configuration_info.fget
    DBCluster.scaling_configuration_info = property(lambda self: configuration(self) if self.engine_mode == "serverless" else None)
    RDSBackend.create_db_instance = _keeping_insights(RDSBackend.create_db_instance)
    RDSBackend.modify_db_instance = _keeping_insights(RDSBackend.modify_db_instance)
