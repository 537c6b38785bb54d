"""What `thaw check` is to find, and what it is not to find."""

import ctypes
import hashlib
import os
import random

from snapshot_restore_py import register_after_restore
from thaw_secret import SecretBuffer

# The classic mistake: seeded in init, used in the handler. All clones draw the same numbers.
MISTAKEN = random.Random(os.urandom(32))

# The same, put right: seeded again in each clone.
RENEWED = random.Random(os.urandom(32))


@register_after_restore
def renew():
    RENEWED.seed(os.urandom(32))


# A secret in a global.
KEPT = hashlib.sha256(b"a secret that the function keeps").digest()


def _wiped():
    """A secret in memory that is wiped, and nowhere else: what it is made in is overwritten."""
    made = bytearray(32)
    address = (ctypes.c_char * len(made)).from_buffer(made)
    text = b"a secret that is wiped"
    ctypes.CDLL("libcrypto.so.3").SHA256(text, ctypes.c_size_t(len(text)), address)
    buffer = SecretBuffer(len(made))
    buffer.write(made)
    made[:] = bytes(len(made))
    return buffer


WIPED = _wiped()


def handler(event, context):
    source = MISTAKEN if event["draw"] == "mistaken" else RENEWED
    return {"token": source.randbytes(24).hex(), "kept": len(KEPT), "wiped": not WIPED.is_filled}
