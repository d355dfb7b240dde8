"""What a service reads from its environment, and what the chart puts there."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

from fairlead.secrets import new_key
from fairlead.settings import Common, Setting, Settings
from tests.charts.rendering import Document, of_kind

OF_BOTO3 = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

SECRETS = {
    "FAIRLEAD_AMQP_URI": "amqps://hub:password@rabbitmq:5671/fairlead",
    "FAIRLEAD_DATABASE_URL": "postgresql://{service}:password@postgres/{service}",
    "FAIRLEAD_SECRET_KEYS": new_key(),
    "FAIRLEAD_ADMIN_TOKEN": "sixteen-or-more-characters",
}
"""Values as the Secrets hold them, by their variable."""


def settings_of(service: str) -> list[type[Settings]]:
    """The classes of settings that a service reads."""
    classes: list[type[Settings]] = [Common]
    if find_spec(f"{service}.settings") is not None:
        module = importlib.import_module(f"{service}.settings")
        classes += [
            each
            for each in vars(module).values()
            if isinstance(each, type)
            and issubclass(each, Settings)
            and each.__module__ == module.__name__
        ]
    return classes


def declared(service: str) -> dict[str, Setting[Any]]:
    """Every setting of a service, by its variable."""
    return {each.name: each for cls in settings_of(service) for each in cls.declared()}


def is_secret(setting: Setting[Any]) -> bool:
    """Whether its value must not be shown."""
    hidden = ("a secret", "a Fernet key")
    return setting.kind.says.startswith(hidden) or setting.name in SECRETS


def environment(deployment: Document, found: list[Document]) -> dict[str, str]:
    """The environment of a Deployment's container, its secrets made up."""
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    maps = of_kind(found, "ConfigMap")
    variables: dict[str, str] = {}
    for source in container["envFrom"]:
        variables |= maps[source["configMapRef"]["name"]]["data"]
    for each in container["env"]:
        variables[each["name"]] = SECRETS.get(each["name"], "made-up")
    return variables
