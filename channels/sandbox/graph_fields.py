"""Graph's `fields` parameter: `id,message,attachments{media_type,target{id}}.limit(5)` chooses from a node."""

import re
from typing import Any

Fields = dict[str, "Fields"]
PIECE = re.compile(r"\s*([A-Za-z_]\w*|[{},]|\.\w+\([^)]*\))")


def names(fields: str) -> list[str]:
    """The fields of the node itself that are asked for."""
    return list(_parse(PIECE.findall(fields), 0)[0])


def choose(node: dict[str, Any], fields: str) -> dict[str, Any]:
    """The node with only these fields; `id` always comes along, unknown and empty ones are left out."""
    wanted, _ = _parse(PIECE.findall(fields), 0)
    told = _pick(node, wanted) if wanted else dict(node)
    return {**told, "id": node["id"]} if "id" in node else told


def _parse(pieces: list[str], at: int) -> tuple[Fields, int]:
    fields: Fields = {}
    last = ""
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece == "}":
            break
        if piece == "{":
            fields[last], at = _parse(pieces, at)
        elif piece != "," and not piece.startswith("."):
            last = piece
            fields[last] = {}
    return fields, at


def _pick(node: Any, fields: Fields) -> Any:
    if isinstance(node, list):
        return [_pick(item, fields) for item in node]
    if not isinstance(node, dict) or not fields:
        return node
    if set(node) == {"data"}:
        return {"data": _pick(node["data"], fields)}
    return {name: _pick(node[name], inner) for name, inner in fields.items() if name in node}
