import { UnsupportedFunctionError } from '../errors/errors.js';
import { queryAttribute } from './attribute-values.js';
import type { ContextAttributes } from './attributes.js';
import type { ContextState } from './state.js';

/** Finds the name of the peer, in the attributes that packages have for it. */
export function findPrincipal(context: ContextState): string | undefined {
  if (context.name !== 'complete') return undefined;
  if (context.role === 'server') {
    const user = queryIfKnown(context, 'names')?.userName;
    return user || queryIfKnown(context, 'nativeNames')?.clientName || undefined;
  }
  // Without mutual authentication, the name is only the one that this client asked for.
  if (!context.flags.mutualAuthentication) return undefined;
  return queryIfKnown(context, 'nativeNames')?.serverName || undefined;
}

// Not every package has both attributes.
function queryIfKnown<Name extends 'names' | 'nativeNames'>(
  context: ContextState,
  name: Name,
): ContextAttributes[Name] | undefined {
  try {
    return queryAttribute(context, name);
  } catch (error) {
    if (error instanceof UnsupportedFunctionError) return undefined;
    throw error;
  }
}
