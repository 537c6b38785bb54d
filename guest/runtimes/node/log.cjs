'use strict';

// The function's log: lines as Lambda's Node.js runtime writes them, to standard output.

const { format } = require('node:util');

const LEVELS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };

let requestId = '';

/** Has lines carry this id from now on. */
function setRequestId(id) {
  requestId = id;
}

function write(level, message) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`);
}

/** Has the console write such lines. */
function takeConsole() {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...values) => write(level, format(...values));
  }
}

/** Writes an error of the function's. */
function logError(what, document, more) {
  const { errorType, errorMessage, trace } = document;
  write('ERROR', `${what} \t${JSON.stringify({ errorType, errorMessage, ...more, stack: trace })}`);
}

/** Waits until everything that was written is with the agent. */
async function flush() {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0 && !stream.destroyed) {
      await new Promise((resolve) => { stream.write('', resolve); });
    }
  }
}

module.exports = { flush, logError, setRequestId, takeConsole, write };
