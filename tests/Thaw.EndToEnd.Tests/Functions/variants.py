"""What a process draws when it starts, and keeps as long as it lives."""

import ctypes
import os

AT_RANDOM = 25

KEPT = object()


def _canary():
    """The bytes that the kernel gave the process, of which the C library makes its canary."""
    libc = ctypes.CDLL(None)
    libc.getauxval.restype = ctypes.c_void_p
    libc.getauxval.argtypes = [ctypes.c_ulong]
    return ctypes.string_at(libc.getauxval(AT_RANDOM), 16).hex()


def handler(event, context):
    return {"hash": hash("x"), "layout": id(KEPT), "canary": _canary(), "clone": os.urandom(16).hex()}
