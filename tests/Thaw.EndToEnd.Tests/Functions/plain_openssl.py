"""OpenSSL without the image's configuration, and another copy of it that came with the package."""

import ctypes
import os
import ssl
import threading

DRAWS = 50
# The library that Python's ssl has loaded; and one of the package's own, as wheels bring along.
LIBRARIES = {"image's": ctypes.CDLL("libcrypto.so.3"), "package's": ctypes.CDLL("/var/task/libcrypto-bundled.so.3")}


def _draw(call):
    buffer = ctypes.create_string_buffer(16)
    if call(buffer, 16) != 1:
        raise OSError("OpenSSL gave no random bytes")
    return buffer.raw.hex()


def _in_a_thread(call):
    found = []
    thread = threading.Thread(target=lambda: found.extend(_draw(call) for _ in range(DRAWS)))
    thread.start()
    thread.join()
    return found


def draw():
    values = {"ssl.RAND_bytes": [ssl.RAND_bytes(16).hex() for _ in range(DRAWS)]}
    for name, library in LIBRARIES.items():
        values[f"{name} RAND_bytes"] = [_draw(library.RAND_bytes) for _ in range(DRAWS)]
        values[f"{name} RAND_priv_bytes"] = [_draw(library.RAND_priv_bytes) for _ in range(DRAWS)]
        values[f"{name} RAND_bytes in a new thread"] = _in_a_thread(library.RAND_bytes)
    return values


# What every generator has drawn from, it has a state of.
INIT = draw()
SEPARATE = LIBRARIES["image's"]._handle != LIBRARIES["package's"]._handle


def _provider(library):
    library.RAND_get0_public.restype = ctypes.c_void_p
    library.EVP_RAND_CTX_get0_rand.restype = ctypes.c_void_p
    library.EVP_RAND_get0_name.restype = ctypes.c_char_p
    generator = ctypes.c_void_p(library.RAND_get0_public(None))
    return library.EVP_RAND_get0_name(ctypes.c_void_p(library.EVP_RAND_CTX_get0_rand(generator))).decode()


def handler(event, context):
    return {
        "init": INIT,
        "draws": draw(),
        "separate": SEPARATE,
        "generators": [_provider(library) for library in LIBRARIES.values()],
        "configuration": os.environ["OPENSSL_CONF"],
    }
