'use strict';

const { createContext } = require('./context.cjs');
const { Fault } = require('./errors.cjs');

/** One run of the handler: by promise, by callback, or by neither. Whatever comes first is its outcome. */
class Invocation {
  #settle;
  #settled = false;
  #answer = null;
  #isPromised = false;

  /** Resolves to { value } or { error, ends }; never rejects. */
  outcome = new Promise((resolve) => { this.#settle = resolve; });

  run(handler, event, headers) {
    const waits = { forEmptyEventLoop: true };
    const callback = (error, value) => {
      if (this.#answer !== null) {
        return;
      }
      this.#answer = error === undefined || error === null ? { value } : { error };
      if (this.#answer.error !== undefined || !waits.forEmptyEventLoop) {
        this.end(this.#answer);
      }
    };
    try {
      const result = handler(event, createContext(headers, callback, waits), callback);
      if (typeof result?.then === 'function') {
        this.#isPromised = true;
        result.then((value) => this.end({ value }), (error) => this.end({ error }));
      }
    } catch (error) {
      this.end({ error });
    }
  }

  /** The outcome, unless there is one. */
  end(outcome) {
    if (!this.#settled) {
      this.#settled = true;
      this.#settle(outcome);
    }
  }

  /** Nothing is left that could run. */
  endOfEventLoop() {
    if (this.#answer === null && this.#isPromised) {
      const message = 'The handler\'s promise was never settled, and nothing is left to run that could settle it.';
      this.end({ error: new Fault('Runtime.NodeJsExit', message) });
    } else {
      this.end(this.#answer ?? { value: null });
    }
  }
}

module.exports = { Invocation };
