import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `Usage: npm run demo [-- [FILE] [--json]]

Logs a client on to a server, and exchanges sealed messages over a socket.
  FILE    is sent as well: sealed, opened at the other end and compared
  --json  prints one JSON object in place of text`;

/** The command line is not right. */
export class UsageError extends Error {}

/**
 * What the command line asks for.
 * @param {string[]} args
 * @param {string} folder where a relative FILE starts
 * @returns {{ file: string | undefined, json: boolean, help: boolean }}
 */
export function parseArguments(args, folder) {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw new UsageError(`One FILE, not ${positionals.length}.`);
  const [name] = positionals;
  return { ...values, file: name === undefined ? undefined : existingFile(name, folder) };
}

function parse(args) {
  const option = { type: 'boolean', default: false };
  try {
    return parseArgs({ args, allowPositionals: true, options: { json: option, help: option } });
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0]);
  }
}

function existingFile(name, folder) {
  const path = resolve(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`There is no file ${path}`);
  if (!stat.isFile()) throw new UsageError(`${path} is not a file`);
  return path;
}
