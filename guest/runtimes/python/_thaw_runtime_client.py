"""A client of the Lambda Runtime API over one kept-alive connection.

http.client would do, but it brings the email package with it, and every page of that would be in every clone.
"""

import socket

_ROOT = "/2018-06-01/runtime/"
_START = "/thaw/runtime/start"
_READ_BYTES = 65536
_HEAD_BYTES_MAX = 1 << 20


class RuntimeApiError(Exception):
    """The Runtime API said no, or nothing that can be understood."""


class RuntimeClient:
    """Calls the Runtime API; blocks as long as that does."""

    def __init__(self, address):
        host, _, port = address.partition(":")
        self._address = (host, int(port or 80))
        self._host = address
        self._socket = None

    def invocation_next(self):
        """Waits for an invocation: its headers (names in lower case) and its event's bytes."""
        _, headers, body = self._get("invocation/next")
        return headers, body

    def restore_next(self):
        """Waits until this is a clone that may run."""
        self._get("restore/next")

    def start_next(self):
        """Waits for the function that this runtime is for: its environment."""
        status, _, body = self._call("GET", _START, root="")
        if status != 200:
            raise RuntimeApiError(f"GET {_START} was answered with {status}: {body[:200]!r}")
        pairs = [variable.split("=", 1) for variable in body.decode().split("\0")[:-1]]
        return dict(pairs)

    def post_response(self, request_id, body):
        """Answers an invocation. A response that is too large was reported by the API itself."""
        status, _, answer = self._call("POST", f"invocation/{request_id}/response", body)
        if status not in (202, 413):
            raise RuntimeApiError(f"Response was answered with {status}: {answer[:200]!r}")

    def post_error(self, request_id, body, error_type):
        """Answers an invocation with an error."""
        self._post_error(f"invocation/{request_id}/error", body, error_type)

    def post_init_error(self, body, error_type):
        """Says that init failed."""
        self._post_error("init/error", body, error_type)

    def post_restore_error(self, body, error_type):
        """Says that after-restore hooks failed."""
        self._post_error("restore/error", body, error_type)

    def _post_error(self, path, body, error_type):
        status, _, answer = self._call(
            "POST", path, body, f"Lambda-Runtime-Function-Error-Type: {_header_value(error_type)}\r\n"
        )
        if status != 202:
            raise RuntimeApiError(f"POST {path} was answered with {status}: {answer[:200]!r}")

    def _get(self, path):
        status, headers, body = self._call("GET", path)
        if status != 200:
            raise RuntimeApiError(f"GET {path} was answered with {status}: {body[:200]!r}")
        return status, headers, body

    def _call(self, method, path, body=None, extra="", root=_ROOT):
        head = f"{method} {root}{path} HTTP/1.1\r\nHost: {self._host}\r\n{extra}"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        data = (head + "\r\n").encode()
        if self._socket is None:
            self._socket = socket.create_connection(self._address)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if body is not None and len(body) <= _READ_BYTES:
            self._socket.sendall(data + body)
        else:
            self._socket.sendall(data)
            if body is not None:
                self._socket.sendall(body)
        return self._read_answer()

    def _read_answer(self):
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            if len(data) > _HEAD_BYTES_MAX:
                raise RuntimeApiError("The Runtime API's headers are too long.")
            data += self._receive(_READ_BYTES)
        lines = data[:end].decode("utf-8").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        status = int(lines[0].split(" ")[1])
        length = int(headers.get("content-length", "0"))
        body = data[end + 4 :]
        while len(body) < length:
            body += self._receive(length - len(body))
        if headers.get("connection", "").lower() == "close":
            self._socket.close()
            self._socket = None
        return status, headers, bytes(body)

    def _receive(self, count):
        data = self._socket.recv(min(count, 1 << 20))
        if not data:
            raise RuntimeApiError("The Runtime API closed the connection.")
        return data


def _header_value(text):
    return "".join(character for character in text if " " <= character <= "~")[:256]
