import { expect, test } from 'vitest';
import { quote, suggest } from '../../lib/errors/suggestion.js';

test.each([
  ['two letters are replaced', 'confidential', ['confedentiol'], 'confedentiol'],
  ['two letters are missing', 'intgrty', ['integrity'], 'integrity'],
  ['two letters are too many', 'inntegrityy', ['integrity'], 'integrity'],
  ['one letter is replaced and one is missing', 'signel', ['asignal'], 'asignal'],
  ['the case differs', 'TARGETNAME', ['targetName'], 'targetName'],
  ['the case differs, and a letter', 'XARGETNAME', ['targetName'], 'targetName'],
  ['it has four letters of the start', 'pass', ['password'], 'password'],
  ['it is nearer than another', 'mux', ['maxx', 'max', 'min'], 'max'],
  ['it is as near as a later one', 'mix', ['max', 'mux'], 'max'],
])('a word is suggested where %s', (_, word, valid, suggested) => {
  expect(suggest(word, valid)).toBe(` Did you mean '${suggested}'?`);
});

test.each([
  ['three letters are replaced', 'abcdef', ['xyzdef']],
  ['three letters are missing', 'bcd', ['abcdef']],
  ['three letters are too many', 'abcdef', ['abc']],
  ['it has three letters of the start', 'pas', ['password']],
  ['it has the end', 'word', ['password']],
  ['there is none', 'a', []],
])('no word is suggested where %s', (_, word, valid) => {
  expect(suggest(word, valid)).toBe('');
});

test('words are quoted as Node does', () => {
  expect(quote(['a', 'b'])).toBe("'a', 'b'");
});
