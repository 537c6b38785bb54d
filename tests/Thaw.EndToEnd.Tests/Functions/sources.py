"""Draws from every source of randomness and identity that Python has, each of them used in init already.

It has no hooks of its own: whatever differs between clones, the platform made differ.
"""

import ctypes
import fcntl
import hashlib
import mmap
import multiprocessing.process
import os
import random
import secrets
import ssl
import struct
import subprocess
import tempfile
import threading
import uuid

DRAWS = 50
CRYPTO = ctypes.CDLL("libcrypto.so.3")
SYSGENID = os.open("/dev/sysgenid", os.O_RDWR | os.O_CLOEXEC)
GENERATION = mmap.mmap(SYSGENID, mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ)
RANDOM = open("/dev/random", "rb", buffering=0)
SEEDED = random.Random(7)


def _rand_priv():
    buffer = ctypes.create_string_buffer(16)
    if CRYPTO.RAND_priv_bytes(buffer, 16) != 1:
        raise OSError("RAND_priv_bytes failed")
    return buffer.raw.hex()


def _in_a_thread(draw):
    found = []
    thread = threading.Thread(target=lambda: found.append(draw()))
    thread.start()
    thread.join()
    return found[0]


def _urandom_file():
    with open("/dev/urandom", "rb", buffering=0) as file:
        return file.read(16).hex()


def _generation():
    return struct.unpack_from("=I", GENERATION)[0]


SOURCES = {
    "getrandom": lambda: os.getrandom(16).hex(),
    "os.urandom": lambda: os.urandom(16).hex(),
    "/dev/urandom": _urandom_file,
    "/dev/random, open since init": lambda: RANDOM.read(16).hex(),
    "secrets.token_bytes": lambda: secrets.token_bytes(16).hex(),
    "secrets.randbits": lambda: secrets.randbits(128),
    "random.SystemRandom": lambda: random.SystemRandom().getrandbits(128),
    "uuid.uuid4": lambda: str(uuid.uuid4()),
    "uuid.uuid1": lambda: str(uuid.uuid1()),
    "random.random": random.random,
    "random.getrandbits": lambda: random.getrandbits(64),
    "random.random in a new thread": lambda: _in_a_thread(random.random),
    "tempfile names": lambda: next(tempfile._get_candidate_names()),
    "OpenSSL RAND_bytes": lambda: ssl.RAND_bytes(16).hex(),
    "OpenSSL RAND_bytes in a new thread": lambda: _in_a_thread(lambda: ssl.RAND_bytes(16).hex()),
    "OpenSSL RAND_priv_bytes": _rand_priv,
}

# Drawn once: there is but one.
SINGLE = {
    "boot id": lambda: open("/proc/sys/kernel/random/boot_id").read(),
    "machine id": lambda: open("/etc/machine-id").read(),
    "clone id": lambda: open("/etc/thaw/clone-id").read(),
    "host name": lambda: os.uname().nodename,
    "kernel's uuid": lambda: open("/proc/sys/kernel/random/uuid").read(),
    "multiprocessing authkey": lambda: hashlib.sha256(multiprocessing.process.current_process().authkey).hexdigest(),
}

# Drawn once, and only where the event asks for it: they take a process each.
PROCESSES = {
    "openssl rand": lambda: subprocess.check_output(["openssl", "rand", "-hex", "16"], text=True),
    "hash seed and layout of a new process": lambda: subprocess.check_output(
        ["python3", "-c", "print(hash('thaw'), id(print))"], text=True
    ),
}

# What a snapshot fixes: the same in all clones. Tests assert that too, so that the documentation stays true.
FIXED = {
    "hash seed": lambda: hash("thaw"),
    "address space layout": lambda: id(SOURCES),
    "random.Random(7)": SEEDED.random,
}


def draw():
    return {name: [str(source()) for _ in range(DRAWS)] for name, source in SOURCES.items()}


def _watch(state):
    """A tracked watcher: confirms each generation, and says what it could see when it did."""
    fd = os.open("/dev/sysgenid", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, 0xE401, 1)
    state["ready"].set()
    while True:
        value = os.read(fd, 4)
        state["seen"].append(
            {
                "generation": struct.unpack("=I", value)[0],
                "mapped": _generation(),
                "clone id": SINGLE["clone id"](),
                "random": os.urandom(16).hex(),
            }
        )
        os.write(fd, value)


WATCHER = {"ready": threading.Event(), "seen": []}
threading.Thread(target=_watch, args=(WATCHER,), daemon=True).start()
WATCHER["ready"].wait()
SECRET = os.memfd_create("wipeonsuspend", os.MFD_CLOEXEC)
os.write(SECRET, b"not for the snapshot")
INIT = {
    "draws": draw(),
    "single": {name: source() for name, source in (SINGLE | PROCESSES).items()},
    "generation": _generation(),
}


def handler(event, context):
    single = SINGLE | PROCESSES if event.get("processes") else SINGLE
    return {
        "draws": draw(),
        "single": {name: str(source()) for name, source in single.items()},
        "fixed": {name: str(source()) for name, source in FIXED.items()},
        "init": INIT,
        "generation": _generation(),
        "watcher": WATCHER["seen"],
        "secret": os.pread(SECRET, 64, 0).hex(),
    }
