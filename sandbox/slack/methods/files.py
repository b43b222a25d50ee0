"""files.*: the upload in three steps, and what is known of a file.

https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel
from sandbox.slack.files import StoredFile, Upload
from sandbox.slack.methods.registry import Answer, Method
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace

FILE_BYTES = 1024**3
SNIPPET_BYTES = 1024**2
ALT_TEXT = 1000
CHANNELS = 100


def get_upload_url(slack: Workspace, args: Arguments) -> Answer:
    name = args.needed("filename", "missing_argument")
    try:
        length = int(args.raw.get("length", 0))
    except (TypeError, ValueError):
        length = 0
    if length <= 0:
        raise Refused("missing_argument")
    if length > FILE_BYTES:
        raise Refused("file_upload_size_restricted")
    if args.text("snippet_type") and length > SNIPPET_BYTES:
        raise Refused("snippet_too_large")
    if len(args.text("alt_txt")) > ALT_TEXT:
        raise Refused("alt_txt_too_large")
    upload = Upload(slack.new_id("F"), slack.new_id("up"), name, length, args.text("alt_txt"))
    slack.uploads[upload.file_id] = upload
    return {"ok": True, "upload_url": f"{slack.base}/upload/v1/{upload.token}", "file_id": upload.file_id}


def complete_upload(slack: Workspace, args: Arguments) -> Answer:
    """Once per file. The answer does not tell where the files are shown; files.info does."""
    wanted = _wanted(args.structure("files", "invalid_arguments"))
    channels = _channels(slack, args)
    uploads = [_uploaded(slack, each["id"]) for each in wanted]
    kept: list[StoredFile] = []
    for upload, each in zip(uploads, wanted, strict=True):
        upload.done = True
        assert upload.content is not None
        kept.append(
            slack.keep(
                upload.name,
                upload.content,
                slack.app.bot_user_id,
                title=str(each.get("title") or upload.name),
                id=upload.file_id,
            )
        )
    for channel in channels:
        slack.share(
            kept,
            channel,
            slack.app.bot_user_id,
            text=args.text("initial_comment"),
            thread_ts=args.text("thread_ts") or None,
        )
    return {"ok": True, "files": [slack.told_file(file, shares=False) for file in kept]}


def info(slack: Workspace, args: Arguments) -> Answer:
    file = slack.files.get(args.needed("file"))
    if file is None:
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    if not slack.app_sees(file):
        raise Refused("not_visible")
    return {
        "ok": True,
        "file": slack.told_file(file, shares=True),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _wanted(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given:
        raise Refused("invalid_arguments")
    if not all(isinstance(each, dict) and isinstance(each.get("id"), str) for each in given):
        raise Refused("invalid_arguments")
    return given


def _channels(slack: Workspace, args: Arguments) -> list[Channel]:
    ids = args.listed("channel_id") + args.listed("channels")
    if len(ids) > CHANNELS:
        raise Refused("channels_limit_exceeded")
    return [slack.open_channel(id) for id in ids]


def _uploaded(slack: Workspace, id: str) -> Upload:
    upload = slack.uploads.get(id)
    if upload is None or upload.content is None:
        raise Refused("file_not_found")
    if upload.done:
        raise Refused("file_update_failed")
    return upload


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url, 4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload, 4, ("files:write",)),
    Method("files.info", info, 4, ("files:read",)),
)
