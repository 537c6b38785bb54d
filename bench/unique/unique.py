"""Runs the measurements of alternatives.c in a microVM: its OpenSSL as it comes, and as the image sets it up."""

import json
import os
import subprocess

PROGRAM = os.path.join(os.path.dirname(__file__), "alternatives")


def _run(what, **environment):
    done = subprocess.run(
        [PROGRAM, what], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def handler(event, context):
    if event.get("what") == "memory":
        return {"memory": _run("memory"), "pages": 256}
    return {
        "kernel": _run("kernel"),
        "openssl": _run("openssl", OPENSSL_CONF="/dev/null"),
        "provider": _run("openssl"),
    }
