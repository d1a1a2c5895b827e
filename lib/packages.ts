import { getBinding, resultOf } from './addon/binding.js';
import { type SecurityPackage, securityPackage } from './addon/security-package.js';
import { createError } from './errors/usage-error.js';
import { validateInteger, validateName, validOptions } from './validate.js';

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

/**
 * The service principal name of a service on a host: `HTTP/host`, `MSSQLSvc/host:1433`,
 * `ldap/host/domain`.
 *
 * https://learn.microsoft.com/windows/win32/ad/name-formats-for-unique-spns
 */
export function spn(
  serviceClass: string,
  host: string,
  options: { port?: number; serviceName?: string } = {},
): string {
  validatePart(serviceClass, 'serviceClass', /[/:@\s]/);
  validatePart(host, 'host', /[/@\s]/);
  const { port, serviceName } = validOptions(options, 'options', ['port', 'serviceName']);
  if (port !== undefined) validatePort(port);
  if (serviceName !== undefined) validatePart(serviceName, 'options.serviceName', /\s/);
  const tail = serviceName === undefined ? '' : `/${serviceName}`;
  return `${serviceClass}/${host}${port === undefined ? '' : `:${port}`}${tail}`;
}

function validatePart(value: unknown, name: string, forbidden: RegExp): void {
  validateName(value, name);
  const found = forbidden.exec(value);
  if (!found) return;
  throw createError('ERR_INVALID_ARG_VALUE', name, `must not contain '${found[0]}'`);
}

function validatePort(port: unknown): void {
  validateInteger(port, 'options.port', 1, 65535);
}
