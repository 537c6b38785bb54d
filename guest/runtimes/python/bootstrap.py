"""Thaw's Python runtime: runs a handler against the Lambda Runtime API (2018-06-01), with the standard library only."""

import gc
import importlib
import json
import logging
import os
import sys
import time

from _thaw_runtime_client import RuntimeClient

_SNAP_START = "snap-start"
_PREPARE = "THAW_RUNTIME_PREPARE"


class Fault(Exception):
    """An error that the runtime itself reports, in Lambda's words."""

    def __init__(self, error_type, message, stack=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack = list(stack)


class _Names:
    """An object with the given attributes."""

    def __init__(self, **names):
        self.__dict__.update(names)

    def __repr__(self):
        return f"{type(self).__name__}({self.__dict__!r})"


class LambdaContext:
    """What a handler gets beside its event."""

    def __init__(self, headers):
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", "0"))
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id", "")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn", "")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.client_context = _client_context(headers.get("lambda-runtime-client-context"))
        identity = json.loads(headers.get("lambda-runtime-cognito-identity") or "{}")
        self.identity = _Names(
            cognito_identity_id=identity.get("cognitoIdentityId"),
            cognito_identity_pool_id=identity.get("cognitoIdentityPoolId"),
        )

    def get_remaining_time_in_millis(self):
        """How long the handler may still run."""
        return max(0, int(self._deadline_ms - time.time() * 1000))

    def log(self, message):
        """Writes to the function's log."""
        sys.stdout.write(str(message))


def _client_context(text):
    if not text:
        return None
    parsed = json.loads(text)
    client = parsed.get("client") or {}
    names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
    return _Names(
        custom=parsed.get("custom"),
        env=parsed.get("env"),
        client=_Names(**{name: client.get(name) for name in names}) if client else None,
    )


class _RequestIdFilter(logging.Filter):
    """Gives each record the id of the running request."""

    def __init__(self):
        super().__init__()
        self.request_id = ""

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


class _StdoutHandler(logging.Handler):
    """Writes to whatever sys.stdout is at the time."""

    def emit(self, record):
        sys.stdout.write(self.format(record))


def _set_up_logging():
    request_id_filter = _RequestIdFilter()
    handler = _StdoutHandler()
    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(request_id_filter)
    logging.getLogger().addHandler(handler)
    return request_id_filter


def load_handler(name):
    """Imports the handler named "module.function" (or "folder/module.function")."""
    module_name, dot, function_name = name.rpartition(".")
    if not dot or not module_name or not function_name:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': it must be module.function")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", _stack(error))
    except SyntaxError as error:
        line = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [line])
    handler = getattr(module, function_name, None)
    if not callable(handler):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return handler


def _stack(error):
    """The error's stack without the frames of this file and of the import system."""
    import traceback

    own = {__file__, importlib.__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"}
    return traceback.format_list([f for f in traceback.extract_tb(error.__traceback__) if f.filename not in own])


def error_document(error, request_id=None, error_type=None):
    """An error in Lambda's JSON."""
    if isinstance(error, Fault):
        kind, stack = error.error_type, error.stack
    else:
        kind, stack = type(error).__name__, _stack(error)
    return {
        "errorMessage": str(error),
        "errorType": error_type or kind,
        "requestId": request_id or "",
        "stackTrace": stack,
    }


def _log_error(document):
    lines = [f"[ERROR] {document['errorType']}: {document['errorMessage']}"]
    if document["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(line.rstrip("\n") for line in document["stackTrace"])
    sys.stdout.write("\n".join(lines) + "\n")


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # The function closed it.


def _report(post, document):
    _log_error(document)
    _flush()
    post(_encode(document), document["errorType"])


def _encode(value):
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).encode()


def _marshal(value):
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def _unmarshal(body):
    try:
        return json.loads(body)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None


def reseed():
    """Gives a clone's generators in user space a state of their own; the kernel's was renewed before."""
    modules = sys.modules
    if "random" in modules:
        modules["random"].seed()
    if "numpy.random" in modules:
        modules["numpy.random"].seed()
    if "_ssl" in modules:
        # The image's OpenSSL asks the kernel each time; this is for a function that configures another generator.
        modules["_ssl"].RAND_add(os.urandom(64), 64.0)
    for library in _bundled_openssl():
        library.RAND_poll()
    if "tempfile" in modules:
        modules["tempfile"]._name_sequence = None
    if "uuid" in modules:
        _renew_uuid1(modules["uuid"])
    if "multiprocessing.process" in modules:
        _renew_authkey(modules["multiprocessing.process"])


def _bundled_openssl():
    """OpenSSL libraries that came with the function's packages: the image's configuration may not reach them."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if "/libcrypto" in line}
    paths = [path for path in paths if not path.startswith(("/usr/lib/", "/lib/"))]
    if not paths:
        return []
    import ctypes

    libraries = [ctypes.CDLL(path) for path in paths]
    return [library for library in libraries if hasattr(library, "RAND_poll")]


def _renew_uuid1(uuid):
    """uuid1() of all clones would have one node and one clock sequence; what is in libuuid cannot be renewed."""
    uuid._node = int.from_bytes(os.urandom(6), "big") | (1 << 40)
    uuid._generate_time_safe = None
    uuid._last_timestamp = None


def _renew_authkey(process):
    """The key of multiprocessing's connections, unless children that know the old one are there."""
    current = process.current_process()
    if not process.active_children():
        current.authkey = os.urandom(32)


def _before_snapshot():
    import snapshot_restore_py

    hooks = snapshot_restore_py.get_before_snapshot()
    while hooks:
        func, args, kwargs = hooks.pop()
        func(*args, **kwargs)
    reseed()  # A rehearsal, so that what it loads and sets up is in the snapshot.
    _marshal(_unmarshal(b"{}"))
    _flush()
    gc.collect()
    gc.freeze()


def _after_restore():
    reseed()
    for func, args, kwargs in sys.modules["snapshot_restore_py"].get_after_restore():
        func(*args, **kwargs)


def wait_for_clone(client):
    """Runs hooks around the moment in which the snapshot is taken."""
    try:
        _before_snapshot()
    except Exception as error:
        _report(client.post_init_error, error_document(error, error_type="Runtime.BeforeSnapshotError"))
        sys.exit(1)
    client.restore_next()
    try:
        _after_restore()
    except Exception as error:
        _report(client.post_restore_error, error_document(error, error_type="Runtime.AfterRestoreError"))
        sys.exit(1)


def handle_one(client, handler, request_id_filter):
    """Waits for an invocation and answers it."""
    headers, body = client.invocation_next()
    request_id = headers.get("lambda-runtime-aws-request-id", "")
    request_id_filter.request_id = request_id
    trace_id = headers.get("lambda-runtime-trace-id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        response = _marshal(handler(_unmarshal(body), LambdaContext(headers)))
    except Exception as error:
        document = error_document(error, request_id)
        _report(lambda data, kind: client.post_error(request_id, data, kind), document)
        return
    _flush()
    client.post_response(request_id, response)


def wait_for_function(client):
    """Becomes warm, and then the runtime of a function that is named only now: this process may be a clone by then."""
    import snapshot_restore_py  # Every version needs it.

    _marshal(_unmarshal(b"{}"))
    _stack(Fault("", ""))
    reseed()
    gc.collect()
    gc.freeze()
    environment = client.start_next()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    reseed()


def main():
    """Runs until the Runtime API goes away."""
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if os.environ.get(_PREPARE):
        wait_for_function(client)
    task_root = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")
    for path in (f"/opt/python/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages", "/opt/python"):
        if os.path.isdir(path):
            sys.path.insert(0, path)
    sys.path.insert(0, task_root)
    sys.stdout.reconfigure(line_buffering=True)
    request_id_filter = _set_up_logging()
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:
        _report(client.post_init_error, error_document(error))
        sys.exit(1)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == _SNAP_START:
        wait_for_clone(client)
    while True:
        handle_one(client, handler, request_id_filter)


if __name__ == "__main__":
    main()
