import { getBinding, resultOf } from '../addon/binding.js';
import { byteLengthOf, copySecret, wipeBytes } from '../bytes.js';
import { type Credentials, openCredentials } from '../credentials/credentials.js';
import type { ContextRole } from '../flags.js';
import { readOptions } from '../options.js';
import { validateBytes, validateName } from '../validate.js';
import { type ContextSettings, type ImportOptions, importOptions } from './options.js';
import { ContextState } from './state.js';

/** Creates a context that has made no step yet. Its options have been read: no code of the caller's runs. */
export function createState(
  role: ContextRole,
  credentials: Credentials,
  targetName: string | undefined,
  { flags, requiredFlags: required, channelBindings }: ContextSettings,
): ContextState {
  const isServer = role === 'server';
  const opened = openCredentials(credentials, isServer ? 'inbound' : 'outbound');
  const handle = getBinding().createContext(
    opened.handle,
    isServer,
    targetName,
    flags,
    channelBindings?.applicationData,
  );
  return new ContextState(handle, { role, required, package: opened.package, targetName });
}

/** Imports a complete context that export() returned, in this process or another one. */
export function importState(
  role: ContextRole,
  packageName: string,
  exported: Uint8Array,
  options: ImportOptions,
): ContextState {
  validateName(packageName, 'packageName');
  validateBytes(exported, 'exported');
  const copy = copySecret(exported);
  try {
    const { requiredFlags: required } = readOptions(options, 'options', importOptions[role]);
    const imported = resultOf(getBinding().importContext(packageName, copy, role === 'server'));
    const origin = { role, required, package: packageName, targetName: undefined };
    const state = new ContextState(imported.handle, origin);
    state.complete(imported);
    return state;
  } finally {
    // It holds the session key.
    wipeBytes(copy, 0, byteLengthOf(copy));
  }
}
