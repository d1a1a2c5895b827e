// What a call is made of: functions of the raw addon that do one thing each, and what JavaScript does
// beside them. Nanoseconds of one.
import { randomBytes } from 'node:crypto';
import { raw } from '../lab.mjs';
import { median, timed } from '../measure.mjs';

const rounds = process.argv.includes('--quick') ? 9 : 31;
const count = 50_000;

const wrapped = raw.makeWrapped();
const external = raw.makeExternal();
const bytes = Buffer.alloc(200);
const message = Buffer.alloc(64);
const { buffer } = bytes;

const parts = {
  'a call of an addon': () => raw.call(),
  'with 6 arguments': () => raw.call(wrapped, bytes, message, 0, 64, 1),
  'and they are read': () => raw.readArguments(wrapped, bytes, message, 0, 64, 1),
  '3 numbers read': () => raw.readNumbers(0, 64, 1),
  'a number returned': () => raw.giveNumber(),
  'an object returned': () => raw.giveObject(),
  'a Buffer of 144 B returned': () => raw.giveBuffer(),
  napi_get_typedarray_info: () => raw.readTypedArrays(bytes),
  'two of them': () => raw.readTypedArrays(bytes, message),
  'three of them': () => raw.readTypedArrays(bytes, message, bytes),
  napi_get_buffer_info: () => raw.readBuffers(bytes),
  napi_is_typedarray: () => raw.checkTypedArrays(bytes),
  napi_check_object_type_tag: () => raw.checkTags(wrapped),
  napi_unwrap: () => raw.unwrapObjects(wrapped),
  napi_get_value_external: () => raw.readExternals(external),
  napi_get_instance_data: () => raw.giveInstanceData(),
  'Buffer.alloc(144)': () => Buffer.alloc(144),
  'Buffer.allocUnsafe(144)': () => Buffer.allocUnsafe(144),
  'Buffer.allocUnsafeSlow(144)': () => Buffer.allocUnsafeSlow(144),
  'new Uint8Array(64)': () => new Uint8Array(64),
  'new Uint8Array(buffer, 10, 80)': () => new Uint8Array(buffer, 10, 80),
  'Buffer.from(buffer, 10, 80)': () => Buffer.from(buffer, 10, 80),
  subarray: () => bytes.subarray(10, 90),
  'set, 64 B': () => bytes.set(message, 60),
  'copyWithin, 16 B': () => bytes.copyWithin(48, 0, 16),
};

// What a step has to go through, however short it is.
const turns = {
  'a turn of the event loop': () => new Promise((resolve) => setImmediate(resolve)),
  "to a thread of Node's own and back": () => new Promise((resolve) => randomBytes(8, resolve)),
};

const loops = Object.entries(parts).map(([name, part]) => ({
  name,
  loop: loopOf(part),
  times: [],
}));
for (const { loop } of loops) for (let i = 0; i < 4; i++) loop(count);
for (let round = 0; round < rounds; round++) {
  for (const { loop, times } of loops) times.push(timed(() => loop(count)) / count);
}
const points = loops.map(({ name, times }) => ({ name, nanoseconds: median(times) }));
for (const [name, part] of Object.entries({ ...memories(), ...turns })) {
  points.push({ name, nanoseconds: await each(part) });
}
console.log(JSON.stringify({ kind: 'parts', points }));

// Memory that nobody had before: what wrap needs for a message, and wrapInto does not.
function memories() {
  const fill = (length) => () => Buffer.allocUnsafeSlow(length).fill(1);
  const own = Buffer.alloc(1024 * 1024);
  return {
    'new memory written, 16 KiB': fill(16 * 1024),
    'the same memory written, 16 KiB': () => own.fill(1, 0, 16 * 1024),
    'new memory written, 1 MiB': fill(1024 * 1024),
    'the same memory written, 1 MiB': () => own.fill(1),
  };
}

/** The median of a few, each timed alone. */
async function each(part) {
  const times = [];
  for (let i = 0; i < 20 * rounds; i++) {
    const start = performance.now();
    await part();
    times.push((performance.now() - start) * 1e6);
  }
  return median(times);
}

// Of its own, so that V8 compiles each for what it calls.
function loopOf(part) {
  return new Function('part', 'return (count) => { for (let i = 0; i < count; i++) part(); }')(
    part,
  );
}
