"""Tests of thaw_secret, run by SecretBufferTests. `wipe` does to the memfd what the agent does before a snapshot."""

import ctypes
import gc
import os
import sys
import threading
import unittest

sys.path.insert(0, sys.argv.pop(1))

from thaw_secret import SecretBuffer, SecretWiped  # noqa: E402

_PUNCH_HOLE_KEEP_SIZE = 3
_LINK = "/memfd:wipeonsuspend (deleted)"
_libc = ctypes.CDLL(None, use_errno=True)


def secret_descriptors():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}") == _LINK:
                found.append(int(name))
        except FileNotFoundError:
            continue
    return found


def wipe():
    for descriptor in secret_descriptors():
        size = os.fstat(descriptor).st_size
        done = _libc.fallocate(
            descriptor, _PUNCH_HOLE_KEEP_SIZE, ctypes.c_long(0), ctypes.c_long((size + 4095) & ~4095)
        )
        if done != 0:
            raise OSError(ctypes.get_errno(), "fallocate")


class WipedAtStep:
    """A mapping that is wiped before the given one of its next stores."""

    def __init__(self, memory, step):
        self._memory = memory
        self._left = step

    def __setitem__(self, key, value):
        if self._left == 0:
            wipe()
        self._left -= 1
        self._memory[key] = value

    def __getitem__(self, key):
        return self._memory[key]

    def __len__(self):
        return len(self._memory)

    def close(self):
        self._memory.close()


class SecretBufferTest(unittest.TestCase):
    def test_read_returns_what_was_written(self):
        with SecretBuffer(32) as buffer:
            buffer.write(bytes(range(32)))
            self.assertEqual(bytes(range(32)), buffer.read())
            self.assertTrue(buffer.is_filled)

    def test_shorter_secret_replaces_the_longer(self):
        with SecretBuffer(32) as buffer:
            buffer.write(b"A" * 32)
            buffer.write(b"short")
            self.assertEqual(b"short", buffer.read())
            os_view = os.pread(secret_descriptors()[0], 4096, 0)
            self.assertNotIn(b"A", os_view)

    def test_empty_secret_is_a_secret(self):
        with SecretBuffer(8) as buffer:
            buffer.write(b"")
            self.assertEqual(b"", buffer.read())

    def test_any_bytes_like_object_can_be_written(self):
        with SecretBuffer(8) as buffer:
            buffer.write(bytearray(b"1234"))
            self.assertEqual(b"1234", buffer.read())
            buffer.write(memoryview(b"x5678")[1:])
            self.assertEqual(b"5678", buffer.read())

    def test_secret_that_does_not_fit_is_refused_and_changes_nothing(self):
        with SecretBuffer(4) as buffer:
            buffer.write(b"1234")
            with self.assertRaises(ValueError):
                buffer.write(b"12345")
            self.assertEqual(b"1234", buffer.read())

    def test_size_out_of_bounds_is_refused(self):
        for size in (0, -1, (1 << 20) + 1, "32", 1.5):
            with self.subTest(size=size), self.assertRaises(ValueError):
                SecretBuffer(size)

    def test_new_buffer_is_empty(self):
        with SecretBuffer(32) as buffer:
            self.assertFalse(buffer.is_filled)
            with self.assertRaises(SecretWiped):
                buffer.read()

    def test_wiped_buffer_is_empty_and_can_be_filled_again(self):
        with SecretBuffer(32) as buffer:
            buffer.write(b"secret")
            wipe()
            self.assertFalse(buffer.is_filled)
            with self.assertRaises(SecretWiped):
                buffer.read()
            with self.assertRaises(SecretWiped), buffer.view():
                pass
            buffer.write(b"another")
            self.assertEqual(b"another", buffer.read())

    def test_wipe_at_any_step_of_a_write_leaves_a_whole_secret_or_none(self):
        outcomes = []
        for step in range(8):
            with self.subTest(step=step), SecretBuffer(32) as buffer:
                buffer.write(b"old" * 10)
                buffer._memory = WipedAtStep(buffer._memory, step)
                buffer.write(b"new secret")
                outcomes.append(buffer.is_filled)
                if buffer.is_filled:
                    self.assertEqual(b"new secret", buffer.read())
        # Wiped before the first mark, or not at all: whole. Wiped at any other step: empty.
        self.assertEqual([True, True, False, False, False, False, True, True], outcomes)

    def test_wipe_leaves_no_byte_in_the_file(self):
        with SecretBuffer(1000) as buffer:
            buffer.write(b"S" * 1000)
            wipe()
            content = os.pread(secret_descriptors()[0], 4096, 0)
            self.assertEqual(bytes(len(content)), content)

    def test_refill_is_called_when_empty_and_only_then(self):
        calls = []

        def fetch():
            calls.append(1)
            return b"fetched %d" % len(calls)

        with SecretBuffer(32, refill=fetch) as buffer:
            self.assertEqual(b"fetched 1", buffer.read())
            self.assertEqual(b"fetched 1", buffer.read())
            wipe()
            with buffer.view() as view:
                self.assertEqual(b"fetched 2", bytes(view))

    def test_refill_that_fails_leaves_the_buffer_empty(self):
        def fail():
            raise ConnectionError("no vault")

        with SecretBuffer(32, refill=fail) as buffer:
            with self.assertRaises(ConnectionError):
                buffer.read()
            self.assertFalse(buffer.is_filled)

    def test_view_is_in_place_and_read_only(self):
        with SecretBuffer(32) as buffer:
            buffer.write(b"secret")
            with buffer.view() as view:
                self.assertEqual(b"secret", bytes(view))
                with self.assertRaises(TypeError):
                    view[0] = 0
                wipe()
                self.assertEqual(bytes(6), bytes(view))
                self.assertFalse(buffer.is_filled)

    def test_view_ends_with_its_block(self):
        with SecretBuffer(32) as buffer:
            buffer.write(b"secret")
            with buffer.view() as view:
                pass
            with self.assertRaises(ValueError):
                view[0]

    def test_close_overwrites_and_can_be_repeated(self):
        buffer = SecretBuffer(32)
        buffer.write(b"secret")
        other = os.dup(secret_descriptors()[0])
        buffer.close()
        buffer.close()
        self.assertEqual(bytes(96), os.pread(other, 4096, 0))
        os.close(other)
        self.assertEqual([], secret_descriptors())
        for call in (buffer.read, lambda: buffer.write(b"x"), lambda: buffer.is_filled):
            with self.assertRaises(ValueError):
                call()

    def test_forgotten_buffer_is_overwritten(self):
        buffer = SecretBuffer(32)
        buffer.write(b"secret")
        other = os.dup(secret_descriptors()[0])
        del buffer
        gc.collect()
        self.assertEqual(bytes(96), os.pread(other, 4096, 0))
        os.close(other)

    def test_child_that_ends_leaves_the_secret_to_its_parent(self):
        with SecretBuffer(32) as buffer:
            buffer.write(b"secret")
            pid = os.fork()
            if pid == 0:
                good = buffer.read() == b"secret"
                buffer.close()
                os._exit(0 if good else 1)
            self.assertEqual(0, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            self.assertEqual(b"secret", buffer.read())

    def test_memory_is_found_by_its_name(self):
        with SecretBuffer(32), SecretBuffer(32):
            self.assertEqual(2, len(secret_descriptors()))
            with open("/proc/self/maps") as maps:
                self.assertEqual(2, maps.read().count(_LINK))

    def test_file_cannot_be_resized(self):
        with SecretBuffer(32):
            for size in (0, 1 << 16):
                with self.assertRaises(PermissionError):
                    os.ftruncate(secret_descriptors()[0], size)

    def test_nothing_of_the_secret_is_in_repr(self):
        with SecretBuffer(32) as buffer:
            self.assertEqual("<SecretBuffer of 32 bytes, empty>", repr(buffer))
            buffer.write(b"hunter2")
            self.assertEqual("<SecretBuffer of 32 bytes, filled>", repr(buffer))
        self.assertEqual("<SecretBuffer of 32 bytes, closed>", repr(buffer))
        self.assertEqual(32, len(buffer))

    def test_readers_never_see_part_of_a_wipe(self):
        secret = b"S" * 4096
        with SecretBuffer(4096, refill=lambda: secret) as buffer:
            wrong = []
            stop = threading.Event()

            def read_on():
                while not stop.is_set():
                    if buffer.read() != secret:
                        wrong.append(1)

            readers = [threading.Thread(target=read_on) for _ in range(3)]
            for reader in readers:
                reader.start()
            for _ in range(300):
                wipe()
            stop.set()
            for reader in readers:
                reader.join()
            self.assertEqual([], wrong)


if __name__ == "__main__":
    unittest.main(verbosity=2)
