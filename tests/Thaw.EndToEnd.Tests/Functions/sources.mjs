// Draws from every source of randomness that Node.js has, each of them used in init already.
//
// It has no hooks of its own: whatever differs between clones, the platform made differ.

import crypto from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';

const DRAWS = 50;
const INTEGERS = 2 ** 48 - 1;

const context = vm.createContext();
const signingKey = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const fresh = { eval: true };
const script = `
  const crypto = require('node:crypto');
  const { parentPort } = require('node:worker_threads');
  const sources = {
    'Math.random': Math.random,
    'crypto.randomUUID': crypto.randomUUID,
    'crypto.randomInt': () => crypto.randomInt(${INTEGERS}),
    'crypto.randomBytes': () => crypto.randomBytes(16).toString('hex'),
  };
  parentPort.on('message', (name) =>
    parentPort.postMessage(Array.from({ length: ${DRAWS} }, () => String(sources[name]()))));`;
const running = new Worker(script, fresh);

function hex(bytes) {
  return Buffer.from(bytes).toString('hex');
}

function temporaryName() {
  const folder = mkdtempSync('/tmp/name-');
  rmdirSync(folder);
  return folder;
}

async function askWorker(worker, name) {
  worker.postMessage(name);
  return (await once(worker, 'message'))[0];
}

async function askNewWorker() {
  const worker = new Worker(script, fresh);
  const values = {
    'Math.random in a new worker': await askWorker(worker, 'Math.random'),
    'crypto.randomUUID in a new worker': await askWorker(worker, 'crypto.randomUUID'),
  };
  await worker.terminate();
  return values;
}

async function many(draw) {
  const values = [];
  for (let drawn = 0; drawn < DRAWS; drawn++) {
    const value = draw();
    values.push(String(typeof value?.then === 'function' ? await value : value));
  }
  return values;
}

const sources = {
  'Math.random': Math.random,
  'Math.random in a microtask': () => Promise.resolve().then(Math.random),
  'Math.random in a vm context, there since init': () => vm.runInContext('Math.random()', context),
  'crypto.randomBytes': () => hex(crypto.randomBytes(16)),
  'crypto.randomBytes, called back': async () => hex(await promisify(crypto.randomBytes)(16)),
  'crypto.randomFill, called back': async () => hex(await promisify(crypto.randomFill)(Buffer.alloc(16))),
  'crypto.randomInt': () => crypto.randomInt(INTEGERS),
  'crypto.randomInt, called back': () => promisify(crypto.randomInt)(INTEGERS),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'crypto.randomUUID, required': () => createRequire(import.meta.url)('crypto').randomUUID(),
  'crypto.getRandomValues': () => hex(globalThis.crypto.getRandomValues(new Uint8Array(16))),
  'webcrypto.randomUUID': () => globalThis.crypto.randomUUID(),
  'fs.mkdtemp names': temporaryName,
  'Math.random in a new vm context': () => vm.runInNewContext('Math.random()'),
  'generateKeyPair, Ed25519': () =>
    hex(crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })),
  'generateKeyPair, P-256, called back': async () => {
    const { publicKey } = await promisify(crypto.generateKeyPair)('ec', { namedCurve: 'P-256' });
    return hex(publicKey.export({ type: 'spki', format: 'der' }));
  },
  'ECDSA signatures of one message': () => hex(crypto.sign('sha256', Buffer.alloc(1), signingKey)),
  'webcrypto.subtle.generateKey': async () => {
    const key = await crypto.webcrypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
    return hex(await crypto.webcrypto.subtle.exportKey('raw', key));
  },
};

const inWorker = ['Math.random', 'crypto.randomUUID', 'crypto.randomInt', 'crypto.randomBytes'];

// What a snapshot fixes: the same in all clones. Tests assert that too, so that the documentation stays true.
const fixed = {
  'performance.timeOrigin': () => String(performance.timeOrigin),
};

async function draw() {
  const draws = {};
  for (const [name, source] of Object.entries(sources)) {
    draws[name] = await many(source);
  }
  for (const name of inWorker) {
    draws[`${name} in a worker, there since init`] = await askWorker(running, name);
  }
  Object.assign(draws, await askNewWorker());
  return draws;
}

const init = { draws: await draw() };

export async function handler() {
  return {
    draws: await draw(),
    fixed: Object.fromEntries(Object.entries(fixed).map(([name, source]) => [name, source()])),
    wallClockMs: Date.now(),
    init,
  };
}
