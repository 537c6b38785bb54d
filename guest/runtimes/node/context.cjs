'use strict';

/** What a handler gets beside its event. `waits` says whether a callback's answer waits for an empty event loop. */
function createContext(headers, callback, waits) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms'] ?? 0);
  return {
    get callbackWaitsForEmptyEventLoop() {
      return waits.forEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits.forEmptyEventLoop = Boolean(value);
    },
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(headers['lambda-runtime-client-context']),
    identity: parsed(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    // Older than callbacks, and still there on Lambda.
    done(error, result) {
      waits.forEmptyEventLoop = false;
      callback(error, result);
    },
    succeed(result) {
      this.done(null, result);
    },
    fail(error) {
      this.done(error ?? 'handled');
    },
  };
}

function parsed(text) {
  return text ? JSON.parse(text) : undefined;
}

module.exports = { createContext };
