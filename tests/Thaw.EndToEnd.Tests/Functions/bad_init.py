"""Functions whose init code goes wrong, in the way that their environment asks for."""

import os
import time

WAY = os.environ["WAY"]

if WAY == "throws":
    raise RuntimeError("init failed on purpose")
if WAY == "exits":
    os._exit(3)
if WAY == "hangs":
    time.sleep(3600)


def handler(event, context):
    return "not reached"
