'use strict';

// Finds and loads the function's handler.

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Fault } = require('./errors.cjs');

const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];
const NOT_FOUND = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);
const NEEDS_IMPORT = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']);

/** Loads the handler named "module.function", "folder/module.function" or "module.object.function". */
async function loadHandler(root, name) {
  const slash = name.lastIndexOf('/');
  const parts = /^([^.]+)\.(.+)$/.exec(name.slice(slash + 1));
  if (parts === null || name.split('/').includes('..')) {
    throw new Fault('Runtime.MalformedHandlerName', `Bad handler '${name}': it must be module.function`);
  }
  const [, moduleName, functionName] = parts;
  const module = await loadModule(root, name.slice(0, slash + 1) + moduleName);
  const handler = functionName.split('.').reduce((value, key) => value?.[key], module);
  if (typeof handler !== 'function') {
    throw new Fault('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return handler;
}

async function loadModule(root, name) {
  const requireFrom = createRequire(path.join(root, 'function'));
  try {
    const file = findFile(path.resolve(root, name)) ?? requireFrom.resolve(name);
    if (file.endsWith('.mjs') || (file.endsWith('.js') && packageType(file) === 'module')) {
      return await import(pathToFileURL(file));
    }
    try {
      return requireFrom(file);
    } catch (error) {
      if (NEEDS_IMPORT.has(error?.code)) {
        return await import(pathToFileURL(file));
      }
      throw error;
    }
  } catch (error) {
    if (NOT_FOUND.has(error?.code)) {
      throw new Fault('Runtime.ImportModuleError', String(error), error);
    }
    if (error instanceof SyntaxError) {
      // The line is in the stack, above the frames.
      const fault = new Fault('Runtime.UserCodeSyntaxError', String(error));
      fault.stack = `${fault.name}: ${fault.message}\n${error.stack}`;
      throw fault;
    }
    throw error;
  }
}

function findFile(base) {
  return EXTENSIONS.map((extension) => base + extension)
    .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

function packageType(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))?.type;
    } catch (error) {
      if (error.code !== 'ENOENT' || folder === path.dirname(folder)) {
        return undefined;
      }
    }
  }
}

module.exports = { loadHandler };
