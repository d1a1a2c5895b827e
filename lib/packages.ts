import { getBinding, resultOf } from './addon/binding.js';
import { type SecurityPackage, securityPackage } from './addon/security-package.js';
import { createError } from './errors/usage-error.js';
import { type Description, integer, optional, type Reader, readOptions } from './options.js';
import { validateName } from './validate.js';

/**
 * The security packages of this machine.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-enumeratesecuritypackagesw
 */
export function enumerateSecurityPackages(): SecurityPackage[] {
  return resultOf(getBinding().enumerateSecurityPackages()).map(securityPackage);
}

/**
 * One security package, by its name. Throws PackageNotFoundError.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritypackageinfow
 */
export function querySecurityPackage(name: string): SecurityPackage {
  validateName(name, 'name');
  return securityPackage(resultOf(getBinding().querySecurityPackage(name)));
}

export interface SpnOptions {
  /** The service's port, from 1 to 65535. */
  port?: number | undefined;
  /** What the service serves, such as the domain of a domain controller. */
  serviceName?: string | undefined;
  /** The Kerberos realm of the service, for Windows to ask no other: `CORP.EXAMPLE.COM`. */
  realm?: string | undefined;
}

const spnOptions = {
  port: optional(integer(1, 65_535)),
  serviceName: optional(without(/[@\s]/)),
  realm: optional(without(/[/:@\s]/)),
} satisfies Description<SpnOptions>;

/**
 * The service principal name of a service on a host: `HTTP/host`, `MSSQLSvc/host:1433`,
 * `ldap/host/domain`, `HTTP/host@REALM`.
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

/** Reads a part of a name that must not contain what separates the parts. */
function without(separator: RegExp): Reader<string> {
  return (value, name) => {
    validateName(value, name);
    const found = separator.exec(value);
    if (!found) return value;
    throw createError('ERR_INVALID_ARG_VALUE', name, `must not contain '${found[0]}'`);
  };
}
