'use strict';

// Runtime hooks for functions that start from a snapshot, in the way of Lambda's snapshot_restore_py: Lambda itself has
// no such package for Node.js. The hooks are kept in one place of the process, so that a copy that was bundled into the
// function's package does as well.

const registered = (globalThis[Symbol.for('thaw.snapshot-restore')] ??= { beforeSnapshot: [], afterRestore: [] });

function add(hooks, hook, values) {
  if (typeof hook !== 'function') {
    throw new TypeError('a hook has to be a function');
  }
  hooks.push({ hook, values });
  return hook;
}

/** Call hook(...values) before the snapshot is taken; last registered, first called. A promise is waited for. */
exports.registerBeforeSnapshot = function registerBeforeSnapshot(hook, ...values) {
  return add(registered.beforeSnapshot, hook, values);
};

/** Call hook(...values) in every clone before its first event; in order. A promise is waited for. */
exports.registerAfterRestore = function registerAfterRestore(hook, ...values) {
  return add(registered.afterRestore, hook, values);
};
