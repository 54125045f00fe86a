"""Secrets Manager: a version without a stage. AWS may delete it at any time; here it does so at once.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend


def _put(original: Any) -> Any:
    def put_secret_value(self: SecretsManagerBackend, secret_id: str, *args: Any, **kwargs: Any) -> Any:
        answer = original(self, secret_id, *args, **kwargs)
        versions = self.secrets[secret_id].versions
        for version in [name for name, version in versions.items() if not version["version_stages"]]:
            del versions[version]
        return answer

    return put_secret_value


def install() -> None:
    SecretsManagerBackend.put_secret_value = _put(SecretsManagerBackend.put_secret_value)
