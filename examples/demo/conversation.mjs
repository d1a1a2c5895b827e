export const texts = {
  question: 'Sealed by the client: nobody on the wire can read this sentence.',
  answer: 'Sealed by the server: nor can anybody read this answer to it.',
  tampered: 'Sealed by the client: the wire will flip one bit of this message.',
  next: 'Sealed by the client: the context works on after the refusal.',
  control: 'Signed by the client, not encrypted: the wire can read this one.',
};

/** A text sealed by the client and opened by the server, and a sealed answer. */
export async function talk({ client, server, checks }) {
  const question = await exchange(client, server, { text: texts.question });
  checks.expect('the server opens what the client sealed', opened(question));
  const answer = await exchange(server, client, { text: texts.answer });
  checks.expect('the client opens what the server sealed', opened(answer));
  return { question, answer };
}

/** A message that is altered on its way, and then one that is not. */
export async function tamper({ client, server, relay, packageName, checks }) {
  // A refused message takes no number of the sequence in Kerberos: the true one can still come. In
  // NTLM it does, and a message that came again would be the one that is out of order.
  const repeat = packageName !== 'NTLM';
  relay.alterNext({ repeat });
  const { result: refused } = await exchange(client, server, { text: texts.tampered });
  checks.expect(
    'a tampered message is refused as MessageAlteredError',
    refused.failure?.name === 'MessageAlteredError',
  );
  const original = repeat ? await server.call('receiveText') : undefined;
  if (repeat) {
    checks.expect('the same message, unaltered, is opened then', original.text === texts.tampered);
  }
  const next = await exchange(client, server, { text: texts.next });
  checks.expect('the context is usable after the refusal', opened(next));
  return { text: texts.tampered, error: refused.failure, original, next };
}

/** A message that is only signed: it shows that the search of the wire can find one. */
export async function control({ client, server, checks }) {
  const control = await exchange(client, server, { text: texts.control, encrypt: false });
  checks.expect(
    'the server verifies the message that is only signed',
    control.result.text === texts.control && control.result.encrypted === false,
  );
  return control;
}

async function exchange(sender, receiver, message) {
  const [sealed, result] = await Promise.all([
    sender.call('sendText', message),
    receiver.call('receiveText'),
  ]);
  return { from: sender.name, text: message.text, sealed, result };
}

function opened({ text, result }) {
  return result.text === text && result.encrypted === true;
}
