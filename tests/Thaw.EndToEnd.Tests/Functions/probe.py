"""A function that does what its event asks for."""

import hashlib
import json
import os
import threading
import time
import uuid

from snapshot_restore_py import register_after_restore

INIT_ID = str(uuid.uuid4())
MARKER = hashlib.sha256(b"marker").hexdigest()
TABLE = hashlib.sha256(b"thaw").digest() * 32768

_state = {"invocations": 0, "restored": 0}
_remembered = {}


@register_after_restore
def after_restore():
    _state["restored"] += 1


def _read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def describe(event):
    return {
        "uuid": str(uuid.uuid4()),
        "random_hex": os.urandom(16).hex(),
        "clone_id": _read("/etc/thaw/clone-id"),
        "wall_clock_ns": time.time_ns(),
        "init_id": INIT_ID,
        "marker": MARKER,
        "table": hashlib.sha256(TABLE).hexdigest(),
        "threads": threading.active_count(),
        **_state,
    }


def fail(event):
    raise ValueError("a deliberate failure")


def end(event):
    os._exit(event["code"])


def spin(event):
    until = time.monotonic() + event["seconds"]
    while time.monotonic() < until:
        pass
    return "spun"


def wait(event):
    time.sleep(event["seconds"])
    return "waited"


def answer(event):
    """As many bytes of JSON as asked for: the quotes count."""
    return "x" * (event["bytes"] - 2)


def measure(event):
    return {"bytes": len(json.dumps(event, separators=(",", ":")))}


def allocate(event):
    """Bit by bit, so that no single allocation is refused, and touching every page."""
    return len([b"\1" * (1 << 20) for _ in range(event["mib"])])


def remember(event):
    _remembered[event["key"]] = event["value"]
    return len(_remembered)


def recall(event):
    return _remembered.get(event["key"])


ACTIONS = {
    action.__name__: action
    for action in (describe, fail, end, spin, wait, answer, measure, allocate, remember, recall)
}


def handler(event, context):
    _state["invocations"] += 1
    return ACTIONS[event.get("do", "describe")](event)
