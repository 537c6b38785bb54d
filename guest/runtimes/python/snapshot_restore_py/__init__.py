"""Runtime hooks for functions that start from a snapshot.

The same names as Lambda's package of this name, so that code written for it runs unchanged; a copy in the function's
own package takes the place of this one.
"""

_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    """Call func(*args, **kwargs) before the snapshot is taken; last registered, first called. Also a decorator."""
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Call func(*args, **kwargs) in every clone before its first event; in order. Also a decorator."""
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """The (func, args, kwargs) registered for before the snapshot, in order of registration."""
    return _before_snapshot


def get_after_restore():
    """The (func, args, kwargs) registered for after the restore, in order of registration."""
    return _after_restore
