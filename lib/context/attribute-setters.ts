import { getBinding, type NativeContext, type NativeFailure } from '../addon/binding.js';
import {
  bytes,
  type Description,
  integer,
  optional,
  type Reader,
  readOptions,
} from '../options.js';
import {
  validateAscii,
  validateBytes,
  validateChoice,
  validateLength,
  validateName,
} from '../validate.js';
import type { KeyingMaterialInfo, SettableContextAttributes } from './attributes.js';

/** Sets the attribute that it was made for. */
export type Setter = (context: NativeContext) => undefined | NativeFailure;

type Setters = {
  readonly [Name in keyof SettableContextAttributes]: (value: unknown) => Setter;
};

const LONGEST_LABEL = 0xfffe;

const label: Reader<string> = (value, name) => {
  validateName(value, name);
  validateLength(value, name, LONGEST_LABEL);
  validateAscii(value, name);
  return value;
};

const keyingMaterialInfo = {
  label,
  context: optional(bytes(0xffff)),
  length: integer(1, 0xffffffff),
} satisfies Description<KeyingMaterialInfo>;

const setters: Setters = {
  applicationData(value) {
    validateBytes(value, 'value');
    return (context) => getBinding().setApplicationData(context, value);
  },
  keyingMaterialInfo(value) {
    const info = readOptions(value, 'value', keyingMaterialInfo);
    return (context) => getBinding().setKeyingMaterialInfo(context, info);
  },
};

const names = Object.keys(setters) as (keyof SettableContextAttributes)[];

/** Reads an attribute's name and value, and returns the call that sets it. */
export function readSetter(name: unknown, value: unknown): Setter {
  validateChoice(name, 'name', names);
  return setters[name](value);
}
