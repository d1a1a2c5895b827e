import { createRequire } from 'node:module';
import type { Binding, NativeContext, NativeFailure } from '../../../lib/addon/binding.js';
import { addonPath } from './provider-child.js';

/** The addon that winsspi has loaded, without what lib/ keeps away from it. */
export const loadAddon = (): Binding => createRequire(import.meta.url)(addonPath);

/** A client's context of TestScript that has made no step, for calls of the addon. */
export async function newNativeContext(addon: Binding): Promise<NativeContext> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const outbound = 2; // SECPKG_CRED_OUTBOUND
  addon.acquireCredentials(
    {
      package: 'TestScript',
      use: outbound,
      principal: undefined,
      identity: undefined,
      packageList: undefined,
    },
    resolve,
  );
  const acquired = (await promise) as Exclude<
    Parameters<Parameters<Binding['acquireCredentials']>[1]>[0],
    NativeFailure
  >;
  const context = addon.createContext(acquired.handle, false, 'HTTP/a', 0, undefined);
  addon.closeCredentials(acquired.handle);
  return context;
}
