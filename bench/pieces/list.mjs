// The machinery that short messages have beside what they need, and how to take each piece out again.

/**
 * @typedef {{ file: string, from: string, to: string, every?: boolean }} Edit replaces a text that
 *   occurs once in the file, or with `every` one that occurs more often
 * @typedef {{ name: string, what: string, without: string, edits: Edit[] }} Piece
 */

const calls = 'lib/message/native-messages.ts';
const native = 'native/message_binding.cc';

const replace = (file, from, to) => ({ file, from, to });

/** @type {Piece[]} */
export const pieces = [
  {
    name: 'nothing',
    what: 'nothing: the same build again',
    without: 'shows how far two figures differ by chance',
    edits: [],
  },
  {
    name: 'locks',
    what: 'locks only while the context is lent',
    without: 'a lock around every call',
    edits: ['outgoing', 'incoming'].map((lock) =>
      replace('native/sspi/context.h', `isLent() ? &${lock}_ : nullptr`, `&${lock}_`),
    ),
  },
  {
    name: 'slab',
    what: 'the output slab',
    without: 'memory for each result (Buffer.allocUnsafeSlow)',
    edits: [
      replace(
        'lib/message/output-memory.ts',
        'const MOST_IN_SLAB = SLAB_LENGTH / 4;',
        'const MOST_IN_SLAB = -1;',
      ),
    ],
  },
  {
    name: 'few',
    what: 'few arguments asked for first',
    without: 'all 32 at once',
    edits: [replace(native, 'kFew = 4;', 'kFew = sspi::kMaxBuffers;')],
  },
  {
    name: 'place',
    what: 'a buffer looked for in its place first',
    without: 'in all buffers (wrap, wrapInto, unwrap)',
    edits: [
      replace(
        'native/sspi/buffers.h',
        'if (buffer.pvBuffer == own.data() &&',
        'if (false && buffer.pvBuffer == own.data() &&',
      ),
    ],
  },
  {
    name: 'pass',
    what: 'a call with two to four arguments',
    without: 'a call with a list of them (arrays, sign, verify)',
    edits: [replace(calls, 'switch (buffers.length) {', 'switch (0 as number) {')],
  },
];
