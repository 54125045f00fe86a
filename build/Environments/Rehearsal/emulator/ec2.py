"""EC2: what moto adds to, or leaves out of, descriptions that Terraform compares.

Security group rules: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
Launch templates: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
"""
from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.models.security_groups import SecurityGroupRule


def _description(self: SecurityGroupRule) -> str | None:
    return self.ip_range.get("Description") or (self.source_group or {}).get("Description")


def install() -> None:
    SecurityGroupRule.description = property(_description)

    made = LaunchTemplateVersion.__init__

    def version_made(self: LaunchTemplateVersion, template: Any, number: int, data: dict[str, Any], description: str) -> None:
        # Tags of the template itself are no part of what it launches.
        tags = [each for each in data.get("TagSpecifications") or [] if each.get("ResourceType") != "launch-template"]
        made(self, template, number, {**data, "TagSpecifications": tags} if tags else {k: v for k, v in data.items() if k != "TagSpecifications"}, description)

    LaunchTemplateVersion.__init__ = version_made
