import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { providerInstalled } from '../harness/support/provider.js';

// A small part of what npm run soak does, by the same stages.

interface Sample {
  done: number;
  [figure: string]: unknown;
}

interface Report {
  samples: Sample[];
  grown: string[];
}

const script = fileURLToPath(new URL('../harness/soak/stage.mjs', import.meta.url));

async function run(stage: string, share: number): Promise<Report> {
  const child = spawn(process.execPath, [script, stage, String(share)]);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (output.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (output.stderr += part));
  const [code] = await once(child, 'close');
  expect({ code, stderr: output.stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(output.stdout);
}

const stages: [stage: string, done: number, share: number][] = [
  ['messages, Kerberos', 50_000, 0.05],
  ['messages, NTLM', 50_000, 0.05],
  ['contexts', 6000, 0.06],
  ['contexts, Kerberos', 200, 0.05],
  ['aborted handshakes', 1000, 0.1],
  ['aborted handshakes, Kerberos', 200, 0.1],
  ['workers', 60, 0.06],
];

describe.skipIf(!providerInstalled)(
  "after the warm-up, memory, handles, threads and the provider's counters stay with",
  () => {
    test.each(stages)(
      '%s: %d of them',
      async (stage, done, share) => {
        const { samples, grown } = await run(stage, share);
        expect(grown).toEqual([]);
        expect(samples.length).toBe(5);
        const nothing = { credentials: 0, contexts: 0, buffers: 0, tokens: 0, errors: [] };
        expect(samples.at(-1)).toMatchObject({ done, ...nothing });
      },
      300_000,
    );

    test('what leaks is seen, whatever it is', async () => {
      const { grown } = await run('leaks on purpose', 0.5);
      expect(grown.map((sentence) => sentence.split(' ')[0])).toEqual([
        ...['resident', 'javascript', 'native', 'handles', 'threads'],
        ...['credentials', 'contexts', 'buffers'],
      ]);
    }, 60_000);
  },
);
