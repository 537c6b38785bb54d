// A function whose init is worth not repeating: a table of 16 MiB.

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { registerAfterRestore, registerBeforeSnapshot } from 'snapshot-restore-js';

const initId = randomUUID();
const initialised = new Date().toISOString();
const table = buildTable(16 * 1024 * 1024);
let invocations = 0;
let restored = 0;

function buildTable(sizeBytes) {
  const hash = createHash('sha256');
  const built = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 65536) {
    hash.update('thaw');
    built.fill(hash.copy().digest(), at, at + 65536);
  }
  return built;
}

registerBeforeSnapshot(() => {
  // Connections, temporary credentials and the like would be let go here.
  console.log(JSON.stringify({ hook: 'before-snapshot', init_id: initId }));
});

registerAfterRestore(() => {
  // And made again here, once for each clone.
  restored += 1;
});

function cloneId() {
  try {
    return readFileSync('/etc/thaw/clone-id', 'ascii').trim() || null;
  } catch {
    return null;
  }
}

/** Shows what clones share (init) and what they do not (everything random). */
export async function handler(event, context) {
  invocations += 1;
  return {
    message: `Hello, ${event?.name ?? 'world'}!`,
    uuid: randomUUID(),
    random: Math.random(),
    wall_clock_ms: Date.now(),
    clone_id: cloneId(),
    init_id: initId,
    initialised,
    restored,
    invocations,
    table: createHash('sha256').update(table.subarray(0, 4096)).digest('hex').slice(0, 16),
    request_id: context.awsRequestId,
    remaining_ms: context.getRemainingTimeInMillis(),
  };
}
