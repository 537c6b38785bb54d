"""What `thaw check` is to find, and what it is not to find."""

import ctypes
import hashlib
import mmap
import os
import random
import uuid

# A generator that is seeded in init and used in the handler: the classic mistake. Its numbers repeat in all clones.
SHARED = random.Random(os.urandom(32))

KEPT = hashlib.sha256(b"a secret that the function keeps").digest()


def _wiped():
    """A secret that is nowhere but in a memory file that is wiped: OpenSSL writes it there itself."""
    fd = os.memfd_create("wipeonsuspend", os.MFD_CLOEXEC)
    os.ftruncate(fd, mmap.PAGESIZE)
    memory = mmap.mmap(fd, mmap.PAGESIZE)
    text = b"a secret that is wiped"
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libcrypto = ctypes.CDLL("libcrypto.so.3")
    libcrypto.SHA256(text, ctypes.c_size_t(len(text)), ctypes.c_void_p(address))
    return memory


WIPED = _wiped()


def handler(event, context):
    if event.get("draw") == "shared":
        return {"token": SHARED.randbytes(24).hex(), "kept": len(KEPT)}
    return {"token": str(uuid.uuid4()), "wiped": WIPED[:32] == bytes(32)}
