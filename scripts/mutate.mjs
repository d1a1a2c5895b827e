// npm run mutate [-- PATH…]: makes the mistakes listed in test/harness/mutants one at a time, in a copy of
// the project, and counts those that the tests notice. PATH selects source files or folders.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildMutants } from '../test/harness/mutants/build.mjs';
import { mutants } from '../test/harness/mutants/list.mjs';
import { printTable } from '../test/harness/mutants/table.mjs';
import { run } from './dependencies.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

const paths = process.argv.slice(2);

await main(async () => {
  if (process.platform !== 'linux') throw new Error('The mistakes are made on Linux, in the lab.');
  const chosen = mutants.filter(({ file }) => isChosen(file));
  if (chosen.length === 0) throw new Error(`No listed mistake is in ${paths.join(' or ')}.`);
  await prepare();
  const copy = copyProject();
  try {
    const built = await buildMutants(copy, chosen);
    writeFileSync(join(copy, 'mutants.json'), JSON.stringify(built));
    return printTable(await judge(copy));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

function isChosen(file) {
  return paths.length === 0 || paths.some((path) => file.startsWith(path));
}

/** The files of the project that git has or would take, and the built ones: no mistake stays behind. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'winsspi-mutants-'));
  const listed = run('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  for (const file of listed.split('\n').filter(Boolean)) {
    cpSync(file, join(copy, file), { recursive: true });
  }
  cpSync('dist', join(copy, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'mutants'));
  return copy;
}

/** Runs the tests of each mistake, in one lab. */
async function judge(copy) {
  const { runInLab } = await import(join(copy, 'test/harness/lab/lab.mjs'));
  const results = [];
  const onLine = (line, stream) => {
    if (stream === 'stdout' && line.startsWith('{')) {
      const result = JSON.parse(line);
      results.push(result);
      const { file, why, noticed, by } = result;
      console.log(`${noticed ? 'noticed' : 'MISSED '} ${file}: ${why}${by ? ` (${by})` : ''}`);
    } else if (line !== '') {
      console.error(line);
    }
  };
  const code = await runInLab({ args: ['test/harness/mutants/judge.mjs'], onLine });
  if (code !== 0) throw new Error('The mistakes could not be judged: see above.');
  return results;
}
