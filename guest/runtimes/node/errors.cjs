'use strict';

// Errors as Lambda's Node.js runtime shows them.

const { isNativeError } = require('node:util').types;

/** An error that the runtime itself reports. */
class Fault extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = type;
    if (cause?.stack) {
      this.stack = `${type}: ${message}\n${frames(cause.stack)}`;
    }
  }
}

function frames(stack) {
  const start = stack.search(/^ {4}at /m);
  return start < 0 ? stack : stack.slice(start);
}

function isError(error) {
  return isNativeError(error)
    || (typeof error === 'object' && error !== null && 'name' in error && 'message' in error && 'stack' in error);
}

/** The error as an invocation is answered with it. */
function errorDocument(error, type) {
  try {
    return isError(error)
      ? {
        errorType: type ?? String(error.name),
        errorMessage: String(error.message),
        trace: String(error.stack).split('\n'),
      }
      : { errorType: type ?? typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: type ?? 'handled',
      errorMessage: 'The error could not be read: its name, message or stack threw another.',
      trace: [],
    };
  }
}

module.exports = { Fault, errorDocument };
