"""Watchers of /dev/sysgenid that do not confirm."""

import fcntl
import os
import subprocess
import sys

SET_WATCHER_TRACKING = 0xE401


def _track():
    fd = os.open("/dev/sysgenid", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, SET_WATCHER_TRACKING, 1)
    return fd


if os.environ["WATCHER"] == "stuck":
    KEPT = _track()
else:
    # A process that is told of the restore and ends instead of confirming: nobody is left to wait for.
    PROGRAM = """
import fcntl, os
fd = os.open("/dev/sysgenid", os.O_RDWR)
fcntl.ioctl(fd, 0xE401, 1)
print(flush=True)
os.read(fd, 4)
"""
    DYING = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE)
    DYING.stdout.readline()


def handler(event, context):
    return {"exit": DYING.wait()}
