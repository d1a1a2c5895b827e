// The parts of the demo as text for a terminal of 80 columns.
import { nameOf } from './setting.mjs';
import { inBytes, inMegabytes, inPairs, paragraph } from './text.mjs';

const indent = '  ';
const labelWidth = 10;

const row = (label, value) => `${indent}${label.padEnd(labelWidth)}${value}`;

const rows = (label, words) => {
  const [first, ...rest] = paragraph(words, ' '.repeat(indent.length + labelWidth));
  return [row(label, first.trimStart()), ...rest];
};

/** The words of a list, each but the last with a comma. */
const commas = (words) => words.join(', ').split(' ');

export function describePackages(packages) {
  const shown = ['privacy', 'mutualAuthentication', 'delegation', 'impersonation', 'stream'];
  return [
    'The security packages of this machine',
    ...packages.flatMap(({ name, comment, maxToken, capabilities }) => [
      `${indent}${name}${comment === name ? '' : `: ${comment}`}`,
      ...paragraph(
        [
          `tokens up to ${maxToken} bytes;`,
          ...commas(shown.filter((capability) => capabilities.includes(capability))),
        ],
        '    ',
      ),
    ]),
  ];
}

export function describeLogon({ user, targetName, legs, package: name, userName, ...context }) {
  const { flags, expiry, sizes } = context;
  return [
    `${user} logs on to ${targetName} with Negotiate`,
    `${indent}leg  side    status                 token in   token out`,
    ...legs.map(describeLeg),
    row('package', name),
    row('client', userName.name ?? `its name is not told (${userName.refusal})`),
    ...describeSide('client', flags.client, expiry.client),
    ...describeSide('server', flags.server, expiry.server),
    ...describeSizes(sizes),
  ];
}

function describeLeg({ side, status, tokenIn, tokenOut }, index) {
  const [into, out] = [tokenIn, tokenOut].map((length) => (length > 0 ? String(length) : '-'));
  return (
    indent +
    String(index + 1).padEnd(5) +
    side.padEnd(8) +
    status.padEnd(23) +
    into.padStart(8) +
    out.padStart(12)
  );
}

function describeSide(side, flags, expiry) {
  return [
    ...rows('granted', [`to the ${side}:`, ...commas(flags)]),
    row('', expiry ? `until ${expiry}` : 'without an end that the package tells'),
  ];
}

function describeSizes({ maxToken, maxSignature, blockSize, securityTrailer }) {
  return rows('sizes', [
    `largest token ${maxToken},`,
    `signature ${maxSignature},`,
    `block ${blockSize},`,
    `trailer ${securityTrailer}`,
  ]);
}

export function describeTalk({ question, answer }) {
  return ['Sealed messages', ...describeMessage(question), ...describeMessage(answer)];
}

function describeMessage({ from, text, sealed, result }) {
  return [
    row(from, `"${text}"`),
    row('token', excerpt(sealed.token)),
    row('data', excerpt(sealed.data)),
    row('padding', excerpt(sealed.padding)),
    row('opened', outcome(result)),
  ];
}

function excerpt({ length, start }) {
  const more = length * 2 > start.length ? ' ...' : '';
  const hex = length > 0 ? `: ${inPairs(start)}${more}` : '';
  return `${inBytes(length)}${hex}`;
}

function outcome({ text, failure }) {
  return failure ? describeError(failure) : `"${text}"`;
}

function describeError({ name, code, syscall }) {
  return `${name}${code ? ` ${code}` : ''}${syscall ? ` from ${syscall}` : ''}`;
}

export function describeTampering({ text, error, original, next }) {
  return [
    'A message of which the wire flips one bit',
    row('client', `"${text}"`),
    row('altered', error ? describeError(error) : 'NOT REFUSED'),
    ...(original ? [row('unaltered', outcome(original))] : []),
    row('next', outcome(next.result)),
  ];
}

export function describeControl({ text, sealed, result }) {
  return [
    'A message that is signed but not encrypted, for the search of the wire to find',
    row('client', `"${text}"`),
    row('data', excerpt(sealed.data)),
    row('opened', outcome(result)),
    row('encrypted', result.encrypted ? 'YES' : 'no'),
  ];
}

export function describeFile({ sent, received, seconds, megabytesPerSecond, samples, memory }) {
  return [
    row('sent', `${inBytes(sent.bytes)}, SHA-256`),
    row('', sent.sha256),
    row('opened', `${inBytes(received.bytes)}, SHA-256`),
    row('', received.sha256),
    row('time', `${seconds.toFixed(2)} s, ${megabytesPerSecond.toFixed(1)} MB/s`),
    row('samples', describeSamples(samples)),
    ...Object.entries(memory).map(describeMemory),
  ];
}

function describeSamples({ count, length, found }) {
  if (count === 0) return 'the file is too short for a search of the wire';
  return `${count} of ${length} bytes; on the wire: ${found === 0 ? 'none' : found}`;
}

function describeMemory([name, { peak, growth }], index) {
  const grown = growth === undefined ? '' : `, ${inMegabytes(growth)} MB of them since 10 %`;
  return row(
    index === 0 ? 'memory' : '',
    `${name.padEnd(7)}${inMegabytes(peak)} MB at most${grown}`,
  );
}

export function describeRefusals(attempts, stranger) {
  return [
    `A wrong password for ${nameOf(stranger)}`,
    ...attempts.flatMap(({ package: name, side, error }) =>
      error
        ? [row(name, `refused at the ${side}: ${error.name}`), row('', describeOrigin(error))]
        : [row(name, 'NOT REFUSED')],
    ),
  ];
}

function describeOrigin({ code, syscall }) {
  return [code, syscall && `from ${syscall}`].filter(Boolean).join(' ');
}

export function describeWire({ captured, sent, searched }) {
  const { sealed, signed, password } = searched;
  return [
    'The wire',
    row('captured', `${captured.toServer} bytes to the server, ${captured.toClient} to the client`),
    row('sent', `${sent.client} bytes by the client, ${sent.server} by the server`),
    row('sealed', `${sealed.found || 'none'} of ${sealed.count} texts found there`),
    row('signed', `${signed.found || 'none'} of ${signed.count} text found there`),
    ...(password.count > 0 ? [row('password', password.found ? 'FOUND there' : 'not found')] : []),
  ];
}

export function describeChecks(checks) {
  const { all, failed } = checks;
  if (failed.length === 0) return [`All ${all.length} checks passed.`];
  return [
    `${failed.length} of ${all.length} checks FAILED:`,
    ...failed.map(({ claim }) => `${indent}not true: ${claim}`),
  ];
}
