'use strict';

// Thaw's Node.js runtime: runs a handler against the Lambda Runtime API (2018-06-01), with nothing but Node.js itself.

const { readFileSync } = require('node:fs');
const Module = require('node:module');
const unique = require('./unique.cjs');
const { Fault, errorDocument } = require('./errors.cjs');
const { loadHandler } = require('./handler.cjs');
const { Invocation } = require('./invocation.cjs');
const log = require('./log.cjs');
const { RuntimeClient } = require('./runtime_client.cjs');

const PREPARE = 'THAW_RUNTIME_PREPARE';
const SNAP_START = 'snap-start';
const PROVIDER = '/ossl-modules/thaw.so';
const HOOKS = Symbol.for('thaw.snapshot-restore');
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;

// How an error that nobody caught is reported; null while the Runtime API is busy with a call that waits.
let reportUncaught = null;
let isEnding = false;

async function main() {
  unique.resume();
  const client = new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API);
  if (process.env[PREPARE]) {
    await waitForFunction(client);
  }
  log.takeConsole();
  watchForUncaught();
  reportUncaught = (document) => client.postInitError(JSON.stringify(document), document.errorType);
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? '/var/task', process.env._HANDLER ?? '');
  } catch (error) {
    await end('Uncaught Exception', errorDocument(error), 1);
  }
  // What init left rejected is init's error: Node.js tells of it once there is nothing else to do.
  await new Promise(setImmediate);
  if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE === SNAP_START) {
    await waitForClone(client);
  }
  reportUncaught = null;
  for (;;) {
    await handleOne(client, handler);
  }
}

// Becomes warm, and then the runtime of a function that is named only now: this process may be a clone by then.
async function waitForFunction(client) {
  await import('data:text/javascript,');
  JSON.stringify(errorDocument(new Fault('', '')));
  Math.random();
  collectGarbage();
  unique.suspend();
  const environment = await client.startNext();
  for (const name of Object.keys(process.env)) {
    delete process.env[name];
  }
  for (const [name, value] of environment) {
    process.env[name] = value;
  }
  Module._initPaths?.();
  unique.resume();
}

// Runs hooks around the moment in which the snapshot is taken.
async function waitForClone(client) {
  try {
    const hooks = globalThis[HOOKS]?.beforeSnapshot ?? [];
    while (hooks.length > 0) {
      const { hook, values } = hooks.pop();
      await hook(...values);
    }
    warnOfForeignOpenSsl();
  } catch (error) {
    await end('Uncaught Exception', errorDocument(error, 'Runtime.BeforeSnapshotError'), 1);
  }
  reportUncaught = null;
  await log.flush();
  collectGarbage();
  unique.suspend();
  await client.restoreNext();
  unique.resume();
  reportUncaught = (document) => client.postRestoreError(JSON.stringify(document), document.errorType);
  try {
    for (const { hook, values } of globalThis[HOOKS]?.afterRestore ?? []) {
      await hook(...values);
    }
  } catch (error) {
    await end('Uncaught Exception', errorDocument(error, 'Runtime.AfterRestoreError'), 1);
  }
}

// Waits for an invocation and answers it.
async function handleOne(client, handler) {
  const { headers, body } = await client.invocationNext();
  const requestId = headers['lambda-runtime-aws-request-id'] ?? '';
  log.setRequestId(requestId);
  const traceId = headers['lambda-runtime-trace-id'];
  if (traceId) {
    process.env._X_AMZN_TRACE_ID = traceId;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
  const { response, error, document, ends } = await run(handler, headers, body);
  if (response !== undefined) {
    await log.flush();
    await client.postResponse(requestId, response);
    return;
  }
  const answer = document ?? errorDocument(error);
  if (document === undefined) {
    log.logError('Invoke Error', answer);
  }
  await log.flush();
  await client.postError(requestId, JSON.stringify(answer), answer.errorType, ends !== undefined);
  if (ends !== undefined) {
    process.exit(ends);
  }
}

async function run(handler, headers, body) {
  const invocation = new Invocation();
  const emptied = () => invocation.endOfEventLoop();
  reportUncaught = (document, ends) => {
    invocation.end({ document, ends });
    return new Promise(() => {});
  };
  process.on('beforeExit', emptied);
  try {
    invocation.run(handler, unmarshal(body), headers);
    const outcome = await invocation.outcome;
    return 'value' in outcome ? { response: marshal(outcome.value) } : outcome;
  } catch (error) {
    return { error };
  } finally {
    process.off('beforeExit', emptied);
    reportUncaught = null;
  }
}

function unmarshal(body) {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new Fault('Runtime.UnmarshalError', `Unable to unmarshal input: ${error.message}`);
  }
}

function marshal(value) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new Fault('Runtime.MarshalError', `Unable to marshal response: ${error.message}`);
  }
}

function watchForUncaught() {
  process.on('uncaughtException', (error) => {
    end('Uncaught Exception', errorDocument(error), EXIT_UNCAUGHT_EXCEPTION);
  });
  process.on('unhandledRejection', (reason, promise) => {
    const fault = new Fault('Runtime.UnhandledPromiseRejection', String(reason), reason);
    const { errorType, errorMessage, trace } = errorDocument(reason);
    const more = { reason: { errorType, errorMessage, stack: trace }, promise };
    end('Unhandled Promise Rejection', errorDocument(fault), EXIT_UNHANDLED_REJECTION, more);
  });
}

// Reports an error and ends the process. One that comes while another is being reported is only logged.
async function end(what, document, exitCode, more) {
  log.logError(what, document, more);
  if (isEnding) {
    await new Promise(() => {});
  }
  isEnding = true;
  try {
    await log.flush();
    await reportUncaught?.(document, exitCode);
  } finally {
    process.exit(exitCode);
  }
}

// So that no clone has to, and the snapshot holds less. The collector is not to be had otherwise while running.
function collectGarbage() {
  const v8 = require('node:v8');
  v8.setFlagsFromString('--expose-gc');
  require('node:vm').runInNewContext('gc')();
  v8.setFlagsFromString('--no-expose-gc');
}

// A function that brings an OpenSSL configuration of its own has also taken on what the image's does.
function warnOfForeignOpenSsl() {
  if (!readFileSync('/proc/self/maps', 'latin1').includes(PROVIDER)) {
    log.write('WARN', 'node:crypto does not draw from the kernel here: clones may draw the same keys and nonces.');
  }
}

main().catch((error) => {
  process.stderr.write(`The runtime ends: ${error?.stack ?? error}\n`);
  process.exit(1);
});
