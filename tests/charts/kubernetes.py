"""The Kubernetes API's own opinion of a document, from its JSON Schemas."""

from __future__ import annotations

import functools
import json

from jsonschema_rs import Draft202012Validator, Registry

from scripts.chart_tools import install
from tests.charts.rendering import Document

FOREIGN = {"monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"}
"""What operators add to the API, and its schemas do not have."""


def mistakes(document: Document, version: str) -> list[str]:
    """What a version of the API would refuse: wrong types, and fields that it does not know."""
    if document["apiVersion"] in FOREIGN:
        return []
    validator = _validator(document["apiVersion"], document["kind"], version)
    name = f"{document['kind']} {document['metadata']['name']}"
    return [
        f"{name}: {error.instance_path}: {error.message}"
        for error in validator.iter_errors(document)
    ]


@functools.cache
def _validator(api_version: str, kind: str, version: str) -> Draft202012Validator:
    group = api_version.rpartition("/")[0].partition(".")[0]
    parts = [kind.lower(), *([group] if group else []), api_version.rpartition("/")[2]]
    path = install().schemas(version) / f"{'-'.join(parts)}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, registry=_definitions(version))


@functools.cache
def _definitions(version: str) -> Registry:
    path = install().schemas(version) / "_definitions.json"
    contents = json.loads(path.read_text(encoding="utf-8"))
    return Registry([("json-schema:///api/_definitions.json", contents)])
