import { fileURLToPath } from 'node:url';

/**
 * Runs a command of the project in the project's folder. A failure is said in words.
 * @param {() => number | undefined | Promise<number | undefined>} command gives the exit code
 */
export async function main(command) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  try {
    process.exitCode = (await command()) ?? 0;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
