"""What older clients call: the upload of version 1.1."""

from collections.abc import Callable
from typing import Any

from flask import request

from channels.sandbox.context import json_body, part_of
from channels.sandbox.x.answers import Answer, call, caller, invalid, x
from channels.sandbox.x.media import (
    append,
    begin_upload,
    describe,
    finalize,
    looked_at,
    one_shot,
    own_upload,
    upload_facts,
)


@x.post("/1.1/media/upload.json")
def old_upload() -> Answer:
    command = request.values.get("command", "")
    if command not in OLD:
        raise invalid("command is not one of INIT, APPEND, FINALIZE, STATUS", command=command)
    return OLD[command]()


@x.get("/1.1/media/upload.json")
@call("media_status")
def old_status() -> Answer:
    token = caller("media_status", "media.write")
    return old_facts(looked_at(own_upload(token, request.args.get("media_id", ""))))


@call("media_upload")
def old_whole() -> Answer:
    return old_facts(upload_facts(one_shot(caller("media_upload", "media.write"), request.values.to_dict())))


@call("media_initialize")
def old_initialize() -> Answer:
    token = caller("media_initialize", "media.write")
    fields = request.values
    begun = begin_upload(
        token, fields.get("media_type"), fields.get("total_bytes"), fields.get("media_category")
    )
    return old_facts(upload_facts(begun)), 202


@call("media_append")
def old_append() -> Answer:
    append(caller("media_append", "media.write"), request.values.get("media_id", ""))
    return "", 204


@call("media_finalize")
def old_finalize() -> Answer:
    upload = finalize(caller("media_finalize", "media.write"), request.values.get("media_id", ""))
    return old_facts(upload_facts(upload)), 201


def old_facts(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "media_id": int(told["id"]), "media_id_string": told["id"]}


@x.post("/1.1/media/metadata/create.json")
@call("media_metadata")
def old_metadata() -> Answer:
    token = caller("media_metadata", "media.write")
    body = json_body()
    describe(token, str(body.get("media_id", "")), part_of(body, "alt_text").get("text"))
    return "", 200


OLD: dict[str, Callable[[], Answer]] = {
    "": old_whole, "INIT": old_initialize, "APPEND": old_append, "FINALIZE": old_finalize
}  # fmt: skip
