import { describe, expect, test } from 'vitest';
import { type Challenge, formatChallenge, parseAuthorization, parseChallenges } from 'winsspi/http';
import { randomNumbers } from '../harness/support/random.js';

describe('challenges', () => {
  test.each<[string, string, Challenge[]]>([
    ['a scheme', 'Negotiate', [{ scheme: 'Negotiate' }]],
    ['a token', 'Negotiate YII=', [{ scheme: 'Negotiate', token: 'YII=' }]],
    ['a token that ends in two signs', 'NTLM TlRM==', [{ scheme: 'NTLM', token: 'TlRM==' }]],
    [
      'parameters',
      'Digest realm="a, b", qop=auth , nonce = "x\\"y"',
      [{ scheme: 'Digest', parameters: { realm: 'a, b', qop: 'auth', nonce: 'x"y' } }],
    ],
    [
      'several',
      'Basic realm="intranet", Negotiate, NTLM TlRM=, Digest qop="auth",nonce=1,Bearer',
      [
        { scheme: 'Basic', parameters: { realm: 'intranet' } },
        { scheme: 'Negotiate' },
        { scheme: 'NTLM', token: 'TlRM=' },
        { scheme: 'Digest', parameters: { qop: 'auth', nonce: '1' } },
        { scheme: 'Bearer' },
      ],
    ],
    ['empty elements', ' , Negotiate ,, \t NTLM,', [{ scheme: 'Negotiate' }, { scheme: 'NTLM' }]],
    ['nothing', '', []],
    [
      'a scheme in a quoted string',
      'X a="Negotiate, b"',
      [{ scheme: 'X', parameters: { a: 'Negotiate, b' } }],
    ],
    ['a name in capitals', 'X REALM=1', [{ scheme: 'X', parameters: { realm: '1' } }]],
    [
      'a name that objects have',
      'X __proto__=1',
      [{ scheme: 'X', parameters: { ['__proto__']: '1' } }],
    ],
  ])('%s', (_, value, expected) => {
    expect(parseChallenges(value)).toEqual(expected);
  });

  test('of several headers stand one behind the other, and a malformed one is left out', () => {
    expect(parseChallenges(['Negotiate', 'Basic realm="open', 'NTLM'])).toEqual([
      { scheme: 'Negotiate' },
      { scheme: 'NTLM' },
    ]);
    expect(parseChallenges(undefined)).toEqual([]);
  });

  test.each([
    ['an open quote', 'Basic realm="x'],
    ['a parameter without a value', 'Digest a=b, realm='],
    ['text behind a token', 'Negotiate abc def'],
    ['text behind a parameter', 'Basic realm="x" y'],
    ['the same parameter twice', 'Digest realm=a, realm=b'],
    ['no scheme', '="x"'],
    ['a control character', 'Basic realm="\x01"'],
    ['a line break', 'Negotiate\r\nX: y'],
  ])('%s is malformed', (_, value) => {
    expect(parseChallenges(value)).toEqual([]);
  });
});

describe('an Authorization header', () => {
  test('holds one scheme with its token or parameters', () => {
    expect(parseAuthorization('Negotiate abc=')).toEqual({ scheme: 'Negotiate', token: 'abc=' });
    expect(parseAuthorization('negotiate   abc=  ')).toEqual({
      scheme: 'negotiate',
      token: 'abc=',
    });
    expect(parseAuthorization('Digest a=b, c="d"')?.parameters).toEqual({ a: 'b', c: 'd' });
  });

  test.each([
    ['two schemes', 'Negotiate abc=, NTLM def='],
    ['the same scheme twice', 'Negotiate abc=, Negotiate def='],
    ['a token and a parameter', 'Negotiate abc=, a=b'],
    ['a comma behind', 'Negotiate abc=,'],
    ['a comma before', ',Negotiate abc='],
    ['nothing', ''],
    ['spaces', '  '],
  ])('with %s is malformed', (_, value) => {
    expect(parseAuthorization(value)).toBeUndefined();
  });

  test('may be as long as the base64 of 48 KiB, and not much longer', () => {
    const token = Buffer.alloc(49_152, 7).toString('base64');
    expect(parseAuthorization(`Negotiate ${token}`)).toEqual({ scheme: 'Negotiate', token });
    expect(parseAuthorization(`Negotiate ${token.repeat(2)}`)).toBeUndefined();
  });

  test('must be text', () => {
    expect(() => parseAuthorization(1 as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });
});

describe('writing', () => {
  test.each<[Challenge, string]>([
    [{ scheme: 'Negotiate' }, 'Negotiate'],
    [{ scheme: 'Negotiate', token: 'abc=' }, 'Negotiate abc='],
    [{ scheme: 'X', parameters: { a: 'b', c: '"\\' } }, 'X a="b", c="\\"\\\\"'],
  ])('%j is %s', (challenge, value) => {
    expect(formatChallenge(challenge)).toBe(value);
  });

  test.each<[string, Challenge]>([
    ['a scheme with a space', { scheme: 'a b' }],
    ['a scheme with a line break', { scheme: 'a\r\nb' }],
    ['an empty scheme', { scheme: '' }],
    ['a token with a comma', { scheme: 'X', token: 'a,b' }],
    ['an empty token', { scheme: 'X', token: '' }],
    ['a parameter with a line break', { scheme: 'X', parameters: { a: 'b\r\n' } }],
    ['a parameter without a name', { scheme: 'X', parameters: { '': 'b' } }],
    ['a token beside parameters', { scheme: 'X', token: 'a', parameters: { a: 'b' } }],
  ])('%s is refused', (_, challenge) => {
    expect(() => formatChallenge(challenge)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });
});

describe('any text', () => {
  const below = randomNumbers(20);
  const pick = <Value>(list: readonly Value[]): Value => list[below(list.length)] as Value;
  const pieces = [
    ...['Negotiate', 'NTLM', 'Basic', 'realm', 'a', 'YIIabc', '=', '==', '"', '\\', '\\"', ','],
    ...[' ', '\t', ', ', '\r\n', '\0', '\x7f', 'ü', '€', '/', '+', 'a="b"', 'a=b', ';', 'x, y'],
  ];
  const text = () => Array.from({ length: below(12) }, () => pick(pieces)).join('');

  test('is parsed or refused, and what is parsed is the same when it is written again', () => {
    let parsed = 0;
    for (let i = 0; i < 50_000; i++) {
      const value = text();
      const challenges = parseChallenges(value);
      parsed += challenges.length;
      expect(parseChallenges(challenges.map(formatChallenge).join(', '))).toEqual(challenges);
      const credentials = parseAuthorization(value);
      if (credentials) expect([credentials]).toEqual(challenges);
    }
    expect(parsed).toBeGreaterThan(3_000);
  });

  test('of 64 KiB takes no longer than it is', () => {
    const started = performance.now();
    for (const piece of [...pieces, 'a ', 'a,', '"\\', '= ', ' ,', 'a=b,', 'a b=']) {
      const value = piece.repeat(66_000 / piece.length);
      parseChallenges(value);
      parseAuthorization(value);
      parseChallenges(`Negotiate ${value}`);
      parseChallenges(`Basic realm="${value}`.slice(0, 66_000));
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
