import { SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_TOKEN } from 'winsspi';

// The numbers that behave() takes, by what the package does then. The provider's sources have the same.

/** `outside`: where the package leaves a buffer of a message (messages.cc). */
export const outside = {
  "in the package's own memory": 1,
  'one byte past the end': 2,
  'one byte before the start': 3,
  'of 4 GiB': 4,
  'that wraps around': 5,
  'without memory': 6,
} as const;

/** `outsideStep`: where the package leaves the token of a step (leg.cc). */
export const outsideStep = {
  "in the package's own memory": 1,
  'one byte past the end': 2,
  'of 4 GiB': 3,
  'at the end of the address space': 4,
} as const;

/** `outsideType`: which buffer of a message that is. */
export const outsideType = {
  DATA: SECBUFFER_DATA,
  TOKEN: SECBUFFER_TOKEN,
  PADDING: SECBUFFER_PADDING,
} as const;

/** `bindings`: how channel bindings leave their memory (stream_attributes.cc). */
export const bindings = {
  'one byte longer than their memory': 1,
  'behind the end of their memory': 2,
  'of 4 GiB': 3,
  'at an offset of 4 GiB': 4,
  'with half a header': 5,
  'of no bytes': 6,
} as const;

/** `expiry`: how the package says "never" (points_in_time.cc). */
export const never = {
  'the largest number': 1,
  'the largest number in local time': 2,
  zero: 3,
  'a negative number': 4,
  "NTLM's": 5,
} as const;
