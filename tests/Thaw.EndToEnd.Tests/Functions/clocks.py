"""A thread reads both clocks without a pause, across the snapshot."""

import collections
import mmap
import os
import threading
import time

from snapshot_restore_py import register_after_restore

DEVICE = os.open("/dev/sysgenid", os.O_RDONLY | os.O_CLOEXEC)
GENERATION = mmap.mmap(DEVICE, mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ)
SEEN = {"before": collections.deque(maxlen=4)}


def _read():
    return {"real": time.time_ns(), "monotonic": time.monotonic_ns()}


def _watch():
    first = GENERATION[0]
    while GENERATION[0] == first:
        SEEN["before"].append(_read())
    SEEN["first"] = _read()


WATCH = threading.Thread(target=_watch, daemon=True)
WATCH.start()


@register_after_restore
def after_restore():
    SEEN["hook"] = _read()


def handler(event, context):
    WATCH.join()
    return {**SEEN, "before": list(SEEN["before"]), "now": _read()}
