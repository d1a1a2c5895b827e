/** node:crypto, loaded when it is first needed: few users do, and it costs the import milliseconds. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
