import { getBinding, type NativeContext, type NativeFailure } from '../addon/binding.js';
import {
  bytes,
  type Constant,
  type ConstantWord,
  constant,
  type Description,
  integer,
  optional,
  type Reader,
  readOptions,
} from '../options.js';
import { validateAscii, validateBytes, validateLength, validateName } from '../validate.js';
import {
  type KeyingMaterialInfo,
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_KEYING_MATERIAL_INFO,
  type SettableContextAttributes,
} from './attributes.js';

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

const numbers = {
  applicationData: SECPKG_ATTR_APP_DATA,
  keyingMaterialInfo: SECPKG_ATTR_KEYING_MATERIAL_INFO,
} as const satisfies Readonly<Record<keyof SettableContextAttributes, number>>;

/** What names an attribute that can be set: its word, or its number SECPKG_ATTR_*. */
export type SettableContextAttributeName = Constant<typeof numbers>;

/** What an attribute is set to, by its word or its number. */
export type SettableContextAttribute<Name extends SettableContextAttributeName> =
  SettableContextAttributes[ConstantWord<typeof numbers, Name>];

const readName = constant(numbers);

/** Reads an attribute's name and value, and returns the call that sets it. */
export function readSetter(name: unknown, value: unknown): Setter {
  return setters[readName(name, 'name')](value);
}
