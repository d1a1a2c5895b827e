import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'));
const manifest = json('package.json');

describe('package.json', () => {
  test('runs nothing on install and lets npm build nothing', () => {
    expect(manifest.gypfile).toBe(false);
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
      expect(manifest.scripts).not.toHaveProperty(name);
    }
  });

  test('can be installed on any system: import never throws', () => {
    expect(manifest).not.toHaveProperty('os');
    expect(manifest.engines).toEqual({ node: '>=22.12' });
  });

  test('ships the compiled library and the addon', () => {
    expect(manifest.files).toEqual(['dist', 'prebuilds', 'CHANGELOG.md']);
  });
});

test('the addon is the one that its record names', () => {
  const addon = readFileSync(path('prebuilds/win32-x64/node.napi.node'));
  const { sha256, toolchain } = json('prebuilds/win32-x64/node.napi.json');
  expect(createHash('sha256').update(addon).digest('hex')).toBe(sha256);
  expect(toolchain).not.toBe('');
});

test('the addon holds no path of the machine that built it', () => {
  const addon = readFileSync(path('prebuilds/win32-x64/node.napi.node')).toString('latin1');
  expect(addon).not.toMatch(/\/(home|root|work|tmp|builds?)\//);
});
