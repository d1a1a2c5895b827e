import { usageError } from './errors.js';
import { byteLengthOf } from './internal/bytes.js';
import { validateBytes, validOptions } from './internal/validate.js';

/**
 * What ties a context to the TLS channel around it: both sides give the same, on every leg.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
 */
export interface ChannelBindings {
  /**
   * The prefix of the kind and the value, such as `tls-server-end-point:` and the hash of the
   * server's certificate (RFC 5929).
   */
  applicationData: Uint8Array;
}

/** The application data of channel bindings, checked. */
export function applicationDataOf(bindings: ChannelBindings): Uint8Array {
  const name = 'options.channelBindings';
  const { applicationData } = validOptions(bindings, name, ['applicationData']);
  validateBytes(applicationData, `${name}.applicationData`, 0xffff);
  if (byteLengthOf(applicationData) > 0) return applicationData;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"${name}.applicationData" must not be empty: it would bind the context to nothing`,
  );
}
