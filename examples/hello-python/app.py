"""A function whose init is worth not repeating: imports, and a table of 16 MiB."""

import datetime
import hashlib
import json
import os
import ssl
import time
import uuid

from snapshot_restore_py import register_after_restore, register_before_snapshot

INIT_ID = str(uuid.uuid4())
INITIALISED = datetime.datetime.now(datetime.timezone.utc).isoformat()
TLS = ssl.create_default_context()

_invocations = 0
_restored = 0


def _build_table(size_bytes=16 * 1024 * 1024):
    digest = hashlib.sha256()
    table = bytearray()
    while len(table) < size_bytes:
        digest.update(b"thaw")
        table += digest.digest() * 2048
    return bytes(table[:size_bytes])


TABLE = _build_table()


@register_before_snapshot
def before_snapshot():
    """Connections, temporary credentials and the like would be let go here."""
    print(json.dumps({"hook": "before-snapshot", "init_id": INIT_ID}))


@register_after_restore
def after_restore():
    """And made again here, once for each clone."""
    global _restored
    _restored += 1


def _clone_id():
    try:
        with open("/etc/thaw/clone-id", encoding="ascii") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def handler(event, context):
    """Shows what clones share (init) and what they do not (everything random)."""
    global _invocations
    _invocations += 1
    name = event.get("name", "world") if isinstance(event, dict) else "world"
    return {
        "message": f"Hello, {name}!",
        "uuid": str(uuid.uuid4()),
        "random_hex": os.urandom(16).hex(),
        "wall_clock_ns": time.time_ns(),
        "clone_id": _clone_id(),
        "init_id": INIT_ID,
        "initialised": INITIALISED,
        "restored": _restored,
        "invocations": _invocations,
        "table": hashlib.sha256(TABLE[:4096]).hexdigest()[:16],
        "request_id": context.aws_request_id,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "echo": event,
    }
