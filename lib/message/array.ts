const { defineProperty } = Object;

/**
 * Creates an array of so many values. push() and assignments would run setters that a caller has put on
 * Array.prototype; literals and definitions run none.
 */
export function createArray<Value>(length: number, valueAt: (index: number) => Value): Value[] {
  switch (length) {
    case 0:
      return [];
    case 1:
      return [valueAt(0)];
    case 2:
      return [valueAt(0), valueAt(1)];
    case 3:
      return [valueAt(0), valueAt(1), valueAt(2)];
    case 4:
      return [valueAt(0), valueAt(1), valueAt(2), valueAt(3)];
    default:
      return defineArray(length, valueAt);
  }
}

function defineArray<Value>(length: number, valueAt: (index: number) => Value): Value[] {
  const array: Value[] = [];
  for (let index = 0; index < length; index++) {
    defineProperty(array, index, {
      __proto__: null,
      value: valueAt(index),
      writable: true,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor);
  }
  return array;
}
