'use strict';

// A client of the Lambda Runtime API over one kept-alive connection. node:http would do, but every page that its
// parser, its agent and its streams touch would be in every clone.

const net = require('node:net');

const ROOT = '/2018-06-01/runtime/';
const START = '/thaw/runtime/start';
const HEAD_END = '\r\n\r\n';
const HEAD_BYTES_MAX = 1 << 20;
const TOGETHER_BYTES_MAX = 65536;
const ERROR_TYPE_LENGTH_MAX = 256;

class RuntimeApiError extends Error {}

/** Calls the Runtime API, one call at a time. While none is under way it keeps no event loop alive. */
class RuntimeClient {
  #host;
  #socket = null;
  #waiting = null;
  #chunks = [];
  #received = 0;

  constructor(address) {
    this.#host = address;
  }

  /** Waits for an invocation: its headers (names in lower case) and its event's bytes. */
  invocationNext() {
    return this.#get(`${ROOT}invocation/next`);
  }

  /** Waits until this is a clone that may run. */
  async restoreNext() {
    await this.#get(`${ROOT}restore/next`);
  }

  /** Waits for the function that this runtime is for: its environment, as pairs. */
  async startNext() {
    const { body } = await this.#get(START);
    return body.toString().split('\0').slice(0, -1).map((variable) => {
      const equals = variable.indexOf('=');
      return [variable.slice(0, equals), variable.slice(equals + 1)];
    });
  }

  /** Answers an invocation. A response that is too large was reported by the API itself. */
  async postResponse(requestId, body) {
    await this.#post(`${ROOT}invocation/${requestId}/response`, body, '', [202, 413]);
  }

  /** Answers an invocation with an error; after which the process ends, or goes on. */
  async postError(requestId, body, errorType, ends) {
    await this.#postError(`${ROOT}invocation/${requestId}/error`, body, errorType, ends);
  }

  /** Says that init failed. */
  async postInitError(body, errorType) {
    await this.#postError(`${ROOT}init/error`, body, errorType, false);
  }

  /** Says that after-restore hooks failed. */
  async postRestoreError(body, errorType) {
    await this.#postError(`${ROOT}restore/error`, body, errorType, false);
  }

  #postError(path, body, errorType, ends) {
    const type = `Lambda-Runtime-Function-Error-Type: ${headerValue(errorType)}\r\n`;
    return this.#post(path, body, ends ? `${type}Thaw-Runtime-Ends: true\r\n` : type, [202]);
  }

  async #get(path) {
    const answer = await this.#call('GET', path, null, '');
    if (answer.status !== 200) {
      throw refused('GET', path, answer);
    }
    return answer;
  }

  async #post(path, body, headers, accepted) {
    const answer = await this.#call('POST', path, Buffer.from(body), headers);
    if (!accepted.includes(answer.status)) {
      throw refused('POST', path, answer);
    }
  }

  #call(method, path, body, headers) {
    if (this.#waiting !== null) {
      throw new RuntimeApiError(`${method} ${path} was called while another call was under way.`);
    }
    let head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}`;
    if (body !== null) {
      head += `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    }
    const socket = this.#connected();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      socket.ref();
      if (body === null || body.length > TOGETHER_BYTES_MAX) {
        socket.write(`${head}\r\n`);
        if (body !== null) {
          socket.write(body);
        }
      } else {
        socket.write(Buffer.concat([Buffer.from(`${head}\r\n`), body]));
      }
    });
  }

  #connected() {
    if (this.#socket === null) {
      const colon = this.#host.lastIndexOf(':');
      const socket = net.connect({
        host: colon < 0 ? this.#host : this.#host.slice(0, colon),
        port: colon < 0 ? 80 : Number(this.#host.slice(colon + 1)),
        noDelay: true,
      });
      socket.on('data', (chunk) => this.#take(chunk));
      socket.on('error', (error) => this.#lose(socket, error));
      socket.on('close', () => this.#lose(socket, new RuntimeApiError('The Runtime API closed the connection.')));
      this.#socket = socket;
    }
    return this.#socket;
  }

  #take(chunk) {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    const first = this.#chunks[0];
    if (this.#waiting?.needed > this.#received) {
      return;
    }
    const data = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#received);
    this.#chunks = [data];
    const end = data.indexOf(HEAD_END);
    if (end < 0) {
      if (data.length > HEAD_BYTES_MAX) {
        this.#socket.destroy(new RuntimeApiError('The Runtime API\'s headers are too long.'));
      }
      return;
    }
    const lines = data.toString('utf8', 0, end).split('\r\n');
    const headers = {};
    for (let index = 1; index < lines.length; index++) {
      const colon = lines[index].indexOf(':');
      headers[lines[index].slice(0, colon).trim().toLowerCase()] = lines[index].slice(colon + 1).trim();
    }
    const bodyStart = end + HEAD_END.length;
    const needed = bodyStart + Number(headers['content-length'] ?? 0);
    if (data.length < needed) {
      if (this.#waiting !== null) {
        this.#waiting.needed = needed;
      }
      return;
    }
    this.#complete(Number(lines[0].split(' ')[1]), headers, data.subarray(bodyStart, needed));
  }

  #complete(status, headers, body) {
    this.#chunks = [];
    this.#received = 0;
    if (headers.connection?.toLowerCase() === 'close') {
      this.#socket.destroy();
      this.#socket = null;
    } else {
      this.#socket.unref();
    }
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status, headers, body });
  }

  #lose(socket, error) {
    if (this.#socket !== socket) {
      return;
    }
    this.#socket = null;
    this.#chunks = [];
    this.#received = 0;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}

function refused(method, path, answer) {
  const text = answer.body.toString('utf8', 0, 200);
  return new RuntimeApiError(`${method} ${path} was answered with ${answer.status}: ${text}`);
}

function headerValue(text) {
  return text.replace(/[^ -~]/g, '').slice(0, ERROR_TYPE_LENGTH_MAX);
}

module.exports = { RuntimeClient };
