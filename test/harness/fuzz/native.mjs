// The fuzz targets of native/sspi: libFuzzer and the sanitizers, for Linux.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensurePackages, sanitizerPackages } from '../lab/packages.mjs';
import { buildOnWinpr } from '../winpr/build.mjs';
import { packCorpus, unpackCorpus } from './corpus.mjs';

export const nativeTargets = [
  'attributes',
  'buffers',
  'context',
  'credentials',
  'identity',
  'message',
];

/** Where the inputs stay that found something. */
const findings = fileURLToPath(new URL('findings/', import.meta.url));

const options = ['-fsanitize=fuzzer-no-link,address,undefined', '-fno-sanitize-recover=all'];
// An input may take a minute and the process 2 GB: nothing here needs either.
const limits = ['-max_len=512', '-timeout=60', '-rss_limit_mb=2048'];

/** @returns {Promise<string>} the folder of the programs */
export async function buildNativeTargets() {
  ensurePackages(sanitizerPackages);
  return await buildOnWinpr('fuzz', {
    options,
    targets: ['targets'],
    source: 'test/harness/fuzz/native',
  });
}

/**
 * Runs a target: first what the repository has of inputs, then changes of them.
 * @param {{ programs: string, target: string, seconds: number, seed: number, keep?: boolean }} what
 *   `keep` writes the inputs that reached something new to the repository's
 * @returns {Promise<{ executions: number, output: string[] }>} `output` of a failure; empty: none
 */
export async function fuzzNative({ programs, target, seconds, seed, keep = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'winsspi-fuzz-'));
  try {
    const [corpus, merged] = [join(folder, 'corpus'), join(folder, 'merged')];
    const program = join(programs, `fuzz_${target}`);
    mkdirSync(findings, { recursive: true });
    unpackCorpus(target, corpus);
    const time = [`-max_total_time=${seconds}`, `-seed=${seed}`, '-print_final_stats=1'];
    const place = `-artifact_prefix=${findings}${target}-`;
    const ran = await run(program, [...limits, ...time, place, corpus]);
    if (keep && ran.code === 0) {
      mkdirSync(merged);
      const { code, lines } = await run(program, [...limits, '-merge=1', merged, corpus]);
      if (code !== 0) throw new Error(lines.join('\n'));
      packCorpus(target, merged);
    }
    const executed = ran.lines.find((line) => line.startsWith('stat::number_of_executed_units'));
    const executions = Number(executed?.split(':').at(-1) ?? 0);
    return { executions, output: ran.code === 0 && executions > 0 ? [] : ran.lines.slice(-60) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = [];
  // Its progress is thousands of lines.
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!/^#\d+\s/.test(line)) lines.push(line);
  });
  const [code] = await once(child, 'close');
  return { code: code ?? 1, lines };
}
