// What crossed the wire: all of it, and nothing that was sealed.
import { texts } from './conversation.mjs';
import { Search } from './search.mjs';

const { control, ...secrets } = texts;

/** The search for all texts of the conversation, and for the password where there is one. */
export function searchFor({ identity }) {
  const needles = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]);
  return new Search({ ...Object.fromEntries(needles), ...passwordNeedles(identity) });
}

function passwordNeedles(identity) {
  if (!identity) return {};
  const { password } = identity;
  return { password: Buffer.from(password), password16: Buffer.from(password, 'utf16le') };
}

export async function inspectWire({ client, server, relay, search, setting, checks }) {
  const sent = { client: await client.call('hangUp'), server: await server.call('hangUp') };
  const captured = { ...relay.bytes };
  const count = (names) => ({
    count: names.length,
    found: names.filter((name) => search.has(name)).length,
  });
  const searched = {
    sealed: count(Object.keys(secrets)),
    signed: count(['control']),
    password: count(Object.keys(passwordNeedles(setting.identity))),
  };
  checks.expect(
    'the wire captured every byte',
    captured.toServer === sent.client && captured.toClient === sent.server,
  );
  checks.expect('no text that was sealed is on the wire', searched.sealed.found === 0);
  checks.expect('the text that was only signed is found on the wire', searched.signed.found === 1);
  checks.expect('no password is on the wire', searched.password.found === 0);
  return { captured, sent, searched };
}
