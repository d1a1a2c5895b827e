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
    // Without them, cmake-js wants a g++ for Linux.
    '--cc=x86_64-w64-mingw32-gcc-posix',
    '--cxx=x86_64-w64-mingw32-g++-posix',
    `--CDCMAKE_TOOLCHAIN_FILE=${toolchain}`,
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
