import { afterAll, describe, expect, test } from 'vitest';
import {
  ClientContext,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_STREAM,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  type SecBuffer,
  type SecurityContext,
  ServerContext,
} from 'winsspi';
import { Attempts, type Below, type Change, minute, times } from '../../harness/fuzz/attempts.js';
import { Growth } from '../../harness/fuzz/growth.js';
import { credentialsOf, type Target, targets } from '../../harness/fuzz/targets.js';
import { testOf } from '../../harness/support/families.js';
import type { Behaviour } from '../../harness/support/family.js';
import { handshake } from '../../harness/support/handshake.js';
import { targetName } from '../../harness/support/lab.js';

// Messages that were changed on their way, and arrays of buffers that make no sense, in both
// directions, under every package. The second half must leave what the first one left.

const attempts = new Attempts();
const growth = new Growth();
const count = 1200 * times; // of each way
const text = Buffer.from('a message that somebody else rewrites');

type Parts = readonly [token: Buffer, message: Buffer, rest: Buffer];
type Open = (context: SecurityContext, parts: Parts, change: Change, below: Below) => Buffer;

const nothing = { type: SECBUFFER_EMPTY, data: null };
const bytesOf = (buffer: SecBuffer | undefined) => Buffer.from(buffer?.data ?? []);

/** The parts, one of which was changed. */
function changedParts(parts: Parts, change: Change, below: Below): Parts {
  const at = below(2);
  const changed = parts.map((part, index) => (index === at ? change(part) : Buffer.from(part)));
  return changed as unknown as Parts;
}

/** Ways to open a message that was changed. */
const ways: [string, Behaviour[], Open][] = [
  [
    'unwrapDetached',
    [],
    (context, parts, change, below) => {
      const [token, message] = changedParts(parts, change, below);
      return context.unwrapDetached({ token, message }).message;
    },
  ],
  ['unwrap', [], (context, parts, change) => context.unwrap(change(Buffer.concat(parts))).message],
  [
    'decryptMessage of a STREAM',
    ['stream'],
    (context, parts, change) => {
      const stream = { type: SECBUFFER_STREAM, data: change(Buffer.concat(parts)) };
      const { buffers } = context.decryptMessage([stream, { type: SECBUFFER_DATA, data: null }]);
      return bytesOf(buffers[1]);
    },
  ],
];

const wayOfRecords: Open = (context, parts, change) => {
  const record = { type: SECBUFFER_DATA, data: change(Buffer.concat(parts)) };
  const { buffers } = context.decryptMessage([record, nothing, nothing, nothing]);
  return bytesOf(buffers[1]);
};

function sealed({ records }: Target, sender: SecurityContext): Parts {
  if (!records) {
    const { token, message, padding } = sender.wrapDetached(text);
    return [token, message, padding];
  }
  const record = sender.encryptMessage([
    { type: SECBUFFER_STREAM_HEADER, data: Buffer.alloc(5) },
    { type: SECBUFFER_DATA, data: Buffer.from(text) },
    { type: SECBUFFER_STREAM_TRAILER, data: Buffer.alloc(64) },
    nothing,
  ]);
  return [bytesOf(record[0]), bytesOf(record[1]), bytesOf(record[2])];
}

function opened({ records }: Target, receiver: SecurityContext, parts: Parts): Buffer {
  if (records)
    return wayOfRecords(
      receiver,
      parts,
      (bytes) => bytes,
      () => 0,
    );
  return receiver.unwrapDetached({ token: parts[0], message: parts[1], padding: parts[2] }).message;
}

const usualTypes = [0, 1, 1, 2, 2, 4, 5, 6, 7, 9, 10, 14];
const flagBits = [0, 0, 0, 0x80000000, 0x10000000, 0xf0000000];

/** Any types, over parts of a message, over nothing, and over the same memory twice. */
function anyArray(parts: Parts, change: Change, below: Below): SecBuffer[] {
  const shared = Buffer.concat(parts);
  const from = () => shared.subarray(below(shared.length + 1));
  const memory = [
    () => null,
    () => Buffer.alloc(below(300)),
    () => from().subarray(0, below(shared.length)),
    () => change(Buffer.from(parts[below(2)] as Buffer)),
    () => Buffer.from(parts[below(3)] as Buffer),
  ];
  return Array.from({ length: 1 + below(8) }, () => {
    const kind = below(8) === 0 ? below(0x100) : (usualTypes[below(usualTypes.length)] as number);
    const data = (memory[below(memory.length)] as (typeof memory)[0])();
    return { type: (kind | (flagBits[below(flagBits.length)] as number)) >>> 0, data };
  });
}

const functions = ['encryptMessage', 'decryptMessage', 'makeSignature', 'verifySignature'] as const;

/** Two complete contexts: who seals, and who opens. */
async function pairOf(
  target: Target,
  direction: string,
  act: (sender: SecurityContext, receiver: SecurityContext) => Promise<void>,
) {
  const both = await credentialsOf(target);
  using outbound = both.outbound;
  using inbound = both.inbound;
  using client = new ClientContext(outbound, { targetName });
  using server = new ServerContext(inbound);
  await handshake(client, server);
  await (direction === 'to the server' ? act(client, server) : act(server, client));
}

const isGood = (target: Target, direction: string) =>
  pairOf(target, direction, async (sender, receiver) => {
    expect(opened(target, receiver, sealed(target, sender))).toEqual(text);
  });

function messagesOf(target: Target, direction: string): void {
  const title = `${target.title}, ${direction}`;
  const { garbageCodes: codes } = target;
  const all = target.records ? [['decryptMessage of a record', [], wayOfRecords] as const] : ways;

  for (const [name, behaviours, open] of all) {
    testOf(target, 'messages', ...behaviours)(
      `${title}: messages that were changed are refused by ${name}, and then a good one is not`,
      async () => {
        await pairOf(target, direction, async (sender, receiver) => {
          const parts = sealed(target, sender);
          await attempts.make({ title: `${title}, ${name}`, count, codes }, (change, below) => {
            // What opens is what was sealed: a record may have more behind it.
            expect(open(receiver, parts, change, below)).toEqual(text);
          });
        });
        await isGood(target, direction);
      },
      minute,
    );
  }

  if (!target.records) {
    testOf(target, 'messages')(
      `${title}: signatures that were changed are refused, and then a good one is not`,
      async () => {
        await pairOf(target, direction, async (sender, receiver) => {
          const signature = sender.sign(text);
          const kind = { title: `${title}, verify`, count, codes };
          const refused = await attempts.make(kind, (change, below) => {
            if (below(2) === 0) receiver.verify(text, change(signature));
            else receiver.verify(change(text), signature);
          });
          expect(refused).toBe(count);
        });
        await isGood(target, direction);
      },
      minute,
    );
  }

  if (target.takesArrays) {
    testOf(target, 'messages')(
      `${title}: arrays of buffers that make no sense end in a typed error or a success`,
      async () => {
        await pairOf(target, direction, async (sender, receiver) => {
          const parts = sealed(target, sender);
          const kind = {
            title: `${title}, arrays`,
            count,
            codes: /^(SEC_E_|ERR_OUT_OF_RANGE$)/,
          };
          await attempts.make(kind, (change, below) => {
            const name = functions[below(functions.length)] as (typeof functions)[number];
            receiver[name](anyArray(parts, change, below));
          });
        });
        await isGood(target, direction);
      },
      minute,
    );
  }
}

describe.each(['the first half', 'the second half'])('%s', () => {
  for (const target of targets) {
    for (const direction of ['to the server', 'to the client']) messagesOf(target, direction);
  }

  test('has left no more than the half before', () => growth.check());
});

afterAll(() => console.log(`Changed messages: ${attempts}\n${growth}`));
