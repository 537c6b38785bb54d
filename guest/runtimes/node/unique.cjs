'use strict';

// Gives what Node.js keeps of random numbers an end at the snapshot. Loaded before anything of the function's, in the
// main thread, in worker threads and in child processes (NODE_OPTIONS has --require of this file).
//
// Node.js and V8 draw ahead: V8 64 values for Math.random and the state behind them, one for each realm, which nobody
// can seed anew; node:crypto UUIDs and integers, in each thread. Clones of a snapshot would all hand out the same. So
// Math.random becomes a generator of this file's, in each realm, and randomInt takes from a block of it; before either
// gives anything it looks at a word that the threads share, and asks the kernel again if a snapshot was taken since.
// UUIDs are drawn one by one.

const crypto = require('node:crypto');
const vm = require('node:vm');
const workerThreads = require('node:worker_threads');
const { syncBuiltinESMExports } = require('node:module');

const { randomFillSync, randomInt, randomUUID } = crypto;
const { createContext, isContext, runInNewContext } = vm;
const { load, store } = Atomics;
const { imul } = Math;
const { isSafeInteger } = Number;
const { defineProperty, getOwnPropertyDescriptor } = Object;

const SHARED = 'thaw.generation';
const BLOCK_WORDS = 1024;
const INTEGER_RANGE_MAX = 2 ** 48;
const UNCACHED = { disableEntropyCache: true };

// Even: what was drawn in this very generation may be kept. Odd: a snapshot may be taken at any time, so nothing is.
// A process that is not the runtime has nobody who tells it of snapshots, and stays odd.
const generation = sharedWord();

function sharedWord() {
  const shared = workerThreads.getEnvironmentData(SHARED);
  if (shared !== undefined) {
    return shared;
  }
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  store(word, 0, 1);
  workerThreads.setEnvironmentData(SHARED, word);
  return word;
}

// From now on nothing is kept, in no thread.
function suspend() {
  store(generation, 0, load(generation, 0) | 1);
}

// What was kept is void, and keeping may begin again.
function resume() {
  store(generation, 0, (load(generation, 0) | 1) + 1);
}

// Whether what was drawn at some time must not be given any more.
function isStale(drawn, now) {
  return drawn !== now || (now & 1) !== 0;
}

// Math.random's generator, as good as V8's and about as fast: xoshiro128**, of Blackman and Vigna.
const state = new Int32Array(4);
let seeded = 0;

function word() {
  const second = state[1];
  const product = imul(second, 5);
  const scrambled = imul((product << 7) | (product >>> 25), 9);
  state[2] ^= state[0];
  state[3] ^= second;
  state[1] = second ^ state[2];
  state[0] ^= state[3];
  state[2] ^= second << 9;
  state[3] = (state[3] << 11) | (state[3] >>> 21);
  return scrambled;
}

// A method, so that it is no constructor, as the original is none. 53 random bits, as many as a number below 1 has.
const { random } = {
  random() {
    const now = load(generation, 0);
    if (isStale(seeded, now)) {
      seeded = now;
      randomFillSync(state);
    }
    const high = word() >>> 5;
    return (high * 67108864 + (word() >>> 6)) / 9007199254740992;
  },
};

// Integers are for secrets as well: each is of bytes of its own.
const block = new Uint32Array(BLOCK_WORDS);
let used = BLOCK_WORDS;
let filled = 0;

function integerBelow(range) {
  const limit = INTEGER_RANGE_MAX - (INTEGER_RANGE_MAX % range);
  for (;;) {
    const now = load(generation, 0);
    if (used === BLOCK_WORDS || isStale(filled, now)) {
      filled = now;
      used = (now & 1) === 0 ? 0 : BLOCK_WORDS - 2;
      randomFillSync(block, used);
    }
    const high = block[used++] >>> 16;
    const drawn = high * 4294967296 + block[used++];
    if (drawn < limit) {
      return drawn % range;
    }
  }
}

function replace(object, name, value) {
  const { enumerable, configurable, writable } = getOwnPropertyDescriptor(object, name);
  defineProperty(value, 'name', { value: name, configurable: true });
  defineProperty(object, name, { value, enumerable, configurable, writable });
}

replace(Math, 'random', random);

replace(crypto, 'randomInt', (min, max, callback) => {
  const isFromZero = max === undefined || typeof max === 'function';
  const from = isFromZero ? 0 : min;
  const to = isFromZero ? min : max;
  const answer = isFromZero ? max : callback;
  if (!isSafeInteger(from) || !isSafeInteger(to) || to <= from || to - from >= INTEGER_RANGE_MAX
    || (answer !== undefined && typeof answer !== 'function')) {
    return randomInt(min, max, callback); // Says what is wrong.
  }
  const number = from + integerBelow(to - from);
  return answer === undefined ? number : process.nextTick(answer, undefined, number);
});

replace(crypto, 'randomUUID', (options) => {
  const { disableEntropyCache } = options ?? {};
  const isGood = options === undefined || (options !== null && typeof options === 'object'
    && (disableEntropyCache === undefined || typeof disableEntropyCache === 'boolean'));
  return randomUUID(isGood ? UNCACHED : options);
});

const { webcrypto } = crypto;
const webPrototype = Object.getPrototypeOf(webcrypto);
const webRandomUuid = webPrototype.randomUUID;
replace(webPrototype, 'randomUUID', function randomUUID_() {
  return this === webcrypto ? randomUUID(UNCACHED) : Reflect.apply(webRandomUuid, this, []);
});

// The realm of a vm context has a Math of its own. Its function is made within it, so that it shows nothing of ours.
const giveRandom = new vm.Script(
  '(draw) => { Math.random = { random() { return draw(); } }.random; }', { filename: __filename });

function newContext(object, options) {
  const isObject = object !== null && typeof object === 'object';
  const hasRandom = isObject && (isContext(object) || 'Math' in object);
  const context = createContext(object, options);
  if (!hasRandom) {
    giveRandom.runInContext(context)(random);
  }
  return context;
}

// For the two functions that make a context in passing, and call what makes it by other names.
function contextFor(object, options) {
  const settings = options !== null && typeof options === 'object' ? options : {};
  return newContext(object, {
    name: settings.contextName,
    origin: settings.contextOrigin,
    codeGeneration: settings.contextCodeGeneration,
    microtaskMode: settings.microtaskMode,
  });
}

replace(vm, 'createContext', newContext);

replace(vm, 'runInNewContext', (code, object, options) =>
  runInNewContext(code, contextFor(object, options), options));

const runScriptInNewContext = vm.Script.prototype.runInNewContext;
replace(vm.Script.prototype, 'runInNewContext', function runInNewContext_(object, options) {
  return Reflect.apply(runScriptInNewContext, this, [contextFor(object, options), options]);
});

// Threads take their parent's options, and this file with them, unless they are given options or variables.
replace(workerThreads, 'Worker', class Worker extends workerThreads.Worker {
  constructor(filename, options) {
    if (options?.execArgv || (options?.env !== null && typeof options?.env === 'object')) {
      options = { ...options, execArgv: [`--require=${__filename}`, ...options.execArgv ?? []] };
    }
    super(filename, options);
  }
});

syncBuiltinESMExports();

module.exports = { resume, suspend };
