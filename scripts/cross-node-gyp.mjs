#!/usr/bin/env node
// Stands in for node-gyp when prebuildify builds for Windows on Linux: cmake-js with mingw-w64.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const toolchain = resolve('cmake/mingw-w64-x86_64.cmake');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/cmake-js/bin/cmake-js',
    'rebuild',
    '--arch=x64',
    `--CDCMAKE_TOOLCHAIN_FILE=${toolchain}`,
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
