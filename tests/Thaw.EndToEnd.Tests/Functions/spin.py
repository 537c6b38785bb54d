"""Threads of a program of its own draw random numbers across the snapshot; the handler gives what they drew."""

import os
import subprocess
import time

PROGRAM = os.path.join(os.path.dirname(__file__), "spin")
SPINNERS = subprocess.Popen([PROGRAM], stdout=subprocess.PIPE, text=True)
time.sleep(1)


def handler(event, context):
    output, _ = SPINNERS.communicate()
    return {"code": SPINNERS.returncode, "lines": output.splitlines()}
