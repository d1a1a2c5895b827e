import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { afterAll, expect, test } from 'vitest';
import { runModule } from '../harness/support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'winsspi-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('a bundler finds the code of both modules, and the addons', async () => {
  const file = join(folder, 'app.mjs');
  await build({
    input: fileURLToPath(new URL('bundled.mjs', import.meta.url)),
    platform: 'node',
    plugins: [{ name: 'addons', resolveId: addonWhereItIs }],
    output: { file, format: 'esm' },
    logLevel: 'silent',
  });
  const { stdout, stderr } = await runModule(
    `await import(${JSON.stringify(pathToFileURL(file).href)})`,
  );
  expect({ stdout: stdout.trim(), stderr }).toEqual({
    stdout: 'true function',
    stderr: '',
  });
});

function addonWhereItIs(source: string, importer: string | undefined) {
  if (!importer || !source.endsWith('.node')) return null;
  return { id: resolve(dirname(importer), source), external: 'absolute' as const };
}
