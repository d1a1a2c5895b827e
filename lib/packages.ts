import { getBinding, resultOf } from './addon/binding.js';
import { type SecurityPackage, securityPackage } from './addon/security-package.js';
import { createError } from './errors/usage-error.js';
import { type Description, integer, optional, type Reader, readOptions } from './options.js';
import { validateName } from './validate.js';

/**
 * Lists the security packages of this machine.
 *
 * @returns Each package with its name, capabilities and largest token.
 * @throws {SspiError} Windows could not list them.
 * @throws ERR_SSPI_UNSUPPORTED_PLATFORM, ERR_SSPI_ADDON_NOT_LOADED.
 *
 * @example
 * enumerateSecurityPackages().map(({ name }) => name); // Negotiate, Kerberos, NTLM, …
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-enumeratesecuritypackagesw
 */
export function enumerateSecurityPackages(): SecurityPackage[] {
  return resultOf(getBinding().enumerateSecurityPackages()).map(securityPackage);
}

/**
 * Describes one security package.
 *
 * @param name The package's name, such as `Negotiate`.
 * @returns The package, with its capabilities and largest token.
 * @throws {PackageNotFoundError} No package has the name.
 * @throws {SspiError} Windows could not describe it.
 *
 * @example
 * querySecurityPackage('Kerberos').maxToken; // 48000
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritypackageinfow
 */
export function querySecurityPackage(name: string): SecurityPackage {
  validateName(name, 'name');
  return securityPackage(resultOf(getBinding().querySecurityPackage(name)));
}

/** The parts of a service principal name that only some services have. */
export interface SpnOptions {
  /** The service's port, from 1 to 65535. */
  port?: number | undefined;
  /** The name of what the service serves, such as the domain of a domain controller. */
  serviceName?: string | undefined;
  /** The Kerberos realm of the service, in which Windows then looks for it: `CORP.EXAMPLE`. */
  realm?: string | undefined;
}

const spnOptions = {
  port: optional(integer(1, 65_535)),
  serviceName: optional(without(/[@\s]/)),
  realm: optional(without(/[/:@\s]/)),
} satisfies Description<SpnOptions>;

/**
 * Writes the service principal name of a service on a host. Makes no call.
 *
 * @param serviceClass The kind of the service: `HTTP`, `ldap`, `MSSQLSvc`.
 * @param host The host, as clients name it.
 * @param options `port`, `serviceName` and `realm`, for services that have one in their name.
 * @returns The name: `class/host:port/serviceName@REALM`.
 * @throws ERR_INVALID_ARG_VALUE where a part has a character that separates the parts.
 *
 * @example
 * spn('HTTP', 'web.corp.example'); // HTTP/web.corp.example
 * spn('MSSQLSvc', 'db', { port: 1433 }); // MSSQLSvc/db:1433
 * spn('HTTP', 'web', { realm: 'CORP.EXAMPLE' }); // HTTP/web@CORP.EXAMPLE
 *
 * https://learn.microsoft.com/windows/win32/ad/name-formats-for-unique-spns
 */
export function spn(serviceClass: string, host: string, options: SpnOptions = {}): string {
  const name = `${readServiceClass(serviceClass, 'serviceClass')}/${readHost(host, 'host')}`;
  const { port, serviceName, realm } = readOptions(options, 'options', spnOptions);
  return [
    name,
    port === undefined ? '' : `:${port}`,
    serviceName === undefined ? '' : `/${serviceName}`,
    realm === undefined ? '' : `@${realm}`,
  ].join('');
}

const readServiceClass = without(/[/:@\s]/);
const readHost = without(/[/@\s]/);

/** Makes the reader of a part, which must not contain what separates the parts. */
function without(separator: RegExp): Reader<string> {
  return (value, name) => {
    validateName(value, name);
    const found = separator.exec(value);
    if (!found) return value;
    throw createError('ERR_INVALID_ARG_VALUE', name, `must not contain '${found[0]}'`);
  };
}
