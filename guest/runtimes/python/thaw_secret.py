"""Memory for secrets that no snapshot of the function contains.

    with SecretBuffer(32, refill=fetch_key) as key:
        sign(message, key.read())

The bytes live in a memfd named "wipeonsuspend". Before a snapshot is taken, Thaw finds every memfd of that name and
empties it; the mapping stays valid and reads as zeros, in the function that goes on as in every clone. A buffer notices
that and calls `refill` at the next read, or raises SecretWiped if there is none.

What this cannot do: `read` returns a copy in Python's own heap, which a snapshot does contain. Read after the restore,
not before the snapshot, or use the bytes in place with `view`. Swap would keep copies; Thaw's guests have none.
"""

import contextlib
import fcntl
import mmap
import os
import threading

__all__ = ["SecretBuffer", "SecretWiped"]

_NAME = "wipeonsuspend"
_SIZE_MAX = 1 << 20

# The mapping begins with two marks. One is set before a secret is stored, the other after it, and only both together
# say that there is a whole secret: whenever a wipe comes, it clears at least one that is not set again.
_BEGUN = 0
_ENDED = 8
_LENGTH = slice(16, 24)
_DATA = 64


class SecretWiped(Exception):
    """The buffer is empty: it was never filled, or its secret was wiped for a snapshot."""


def _holds_secret(memory):
    return memory[_BEGUN] != 0 and memory[_ENDED] != 0


class SecretBuffer:
    """Up to `size` secret bytes. `refill`, called without arguments, returns them again after a wipe."""

    def __init__(self, size, *, refill=None):
        if not isinstance(size, int) or not 1 <= size <= _SIZE_MAX:
            raise ValueError(f"size has to be from 1 to {_SIZE_MAX}")
        self._size = size
        self._refill = refill
        self._lock = threading.RLock()
        self._owner = os.getpid()
        self._memory = None
        descriptor = os.memfd_create(_NAME, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, _DATA + size)
            # Nobody can cut the file short under the mapping. Holes can still be made: that is how it is emptied.
            fcntl.fcntl(
                descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
            )
            self._memory = mmap.mmap(descriptor, _DATA + size, flags=mmap.MAP_SHARED)
            self._memory.madvise(mmap.MADV_DONTDUMP)
        finally:
            # The mapping has a descriptor of its own.
            os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_memory", None) is not None:
            with contextlib.suppress(BufferError):
                self.close()

    def __len__(self):
        return self._size

    def __repr__(self):
        state = "closed" if self._memory is None else "filled" if self.is_filled else "empty"
        return f"<SecretBuffer of {self._size} bytes, {state}>"

    @property
    def is_filled(self):
        """Whether there is a secret in it now."""
        return _holds_secret(self._open())

    def write(self, secret):
        """Stores `secret`, any bytes-like object of at most the buffer's size.

        If a snapshot is taken meanwhile, the buffer is empty afterwards, never filled in part.
        """
        with self._lock, memoryview(secret).cast("B") as source:
            memory = self._open()
            if source.nbytes > self._size:
                raise ValueError(f"{source.nbytes} bytes do not fit into a buffer of {self._size}")
            memory[_ENDED] = 0
            memory[_BEGUN] = 1
            memory[_DATA : _DATA + source.nbytes] = source
            memory[_DATA + source.nbytes :] = bytes(self._size - source.nbytes)
            memory[_LENGTH] = source.nbytes.to_bytes(8, "little")
            memory[_ENDED] = 1

    def read(self):
        """Returns a copy of the secret as bytes."""
        with self._lock:
            memory = self._filled()
            while True:
                length = int.from_bytes(memory[_LENGTH], "little")
                secret = memory[_DATA : _DATA + min(length, self._size)]
                # A wipe during the copy would have left zeros in it.
                if _holds_secret(memory):
                    return secret
                memory = self._filled()

    @contextlib.contextmanager
    def view(self):
        """Gives the secret itself, read-only, without a copy. Until it is left, nobody else can write or close.

        A snapshot taken meanwhile turns what is seen into zeros: check `is_filled` afterwards.
        """
        with self._lock:
            memory = self._filled()
            length = int.from_bytes(memory[_LENGTH], "little")
            with memoryview(memory) as whole, whole[_DATA : _DATA + length].toreadonly() as secret:
                yield secret

    def close(self):
        """Overwrites the secret and gives the memory back. Harmless when done twice.

        In a forked child the parent's secret stays as it is.
        """
        with self._lock:
            if self._memory is None:
                return
            if os.getpid() == self._owner:
                self._memory[:] = bytes(len(self._memory))
            self._memory.close()
            self._memory = None

    def _open(self):
        if self._memory is None:
            raise ValueError("the buffer is closed")
        return self._memory

    def _filled(self):
        memory = self._open()
        if not _holds_secret(memory):
            if self._refill is None:
                raise SecretWiped("the buffer is empty: never filled, or wiped for a snapshot")
            self.write(self._refill())
        return memory
