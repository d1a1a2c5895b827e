import { validateBytes, validateOptions } from './internal/validate.js';

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
  validateOptions(bindings, 'options.channelBindings', ['applicationData']);
  validateBytes(bindings.applicationData, 'options.channelBindings.applicationData');
  return bindings.applicationData;
}
