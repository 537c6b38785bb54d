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
    """Both clocks at one instant: of some readings, the one that was least held up between them."""
    best = None
    for _ in range(8):
        before = time.monotonic_ns()
        real = time.time_ns()
        after = time.monotonic_ns()
        if best is None or after - before < best[0]:
            best = (after - before, real, before)
    return {"real": best[1], "monotonic": best[2]}


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
