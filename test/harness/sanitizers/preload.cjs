// Gives winsspi the addon that was built over WinPR, in every process that loads it. The product itself
// knows Windows alone: while its loader looks, this is Windows.
const Module = require('node:module');
const { resolve } = require('node:path');
const { isMainThread } = require('node:worker_threads');

const loader = resolve(__dirname, '../../../dist/index.js');
const prebuilt = resolve(__dirname, '../../../prebuilds/win32-x64/node.napi.node');

const { _load: load, _resolveFilename: resolveFilename } = Module;

Module._resolveFilename = (...args) => {
  const path = resolveFilename(...args);
  return path === prebuilt ? process.env.WINSSPI_WINPR : path;
};

Module._load = (request, parent, isMain) => {
  const path = Module.isBuiltin(request)
    ? request
    : Module._resolveFilename(request, parent, isMain);
  if (path !== loader || require.cache[loader]) return load(request, parent, isMain);
  const platform = Object.getOwnPropertyDescriptor(process, 'platform');
  Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
  try {
    return load(request, parent, isMain);
  } finally {
    Object.defineProperty(process, 'platform', platform);
  }
};

// Where it is in use to the end, a report of what was lost has the names of its functions.
if (isMainThread && process.env.WINSSPI_WINPR) require(process.env.WINSSPI_WINPR);
