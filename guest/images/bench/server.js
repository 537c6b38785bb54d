// A small HTTP service that has answered: what node has in memory then is what a function in JavaScript begins with.
'use strict';
const http = require('node:http');
const crypto = require('node:crypto');
const zlib = require('node:zlib');
require('node:https');
require('node:stream');
require('node:fs/promises');

const table = new Map();
for (let i = 0; i < 20000; i++) {
  const id = crypto.createHash('sha256').update(`thaw ${i}`).digest('hex');
  table.set(id, { id, number: i, words: [`item ${i}`, id.slice(0, 8)] });
}

const server = http.createServer((request, response) => {
  const items = [...table.values()].slice(0, 500);
  response.setHeader('content-encoding', 'gzip');
  response.end(zlib.gzipSync(JSON.stringify(items)));
});

function ask(left) {
  http.get({ port: server.address().port }, response => {
    const parts = [];
    response.on('data', part => parts.push(part));
    response.on('end', () => {
      JSON.parse(zlib.gunzipSync(Buffer.concat(parts)));
      if (left > 0) {
        ask(left - 1);
      } else {
        console.log('thaw-bench: ready');
      }
    });
  });
}

server.listen(0, '127.0.0.1', () => ask(10));
