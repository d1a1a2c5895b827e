/** What a context must grant for the messages of the demo. */
const required = ['integrity', 'confidentiality'];

/** Connects client and server through the wire and lets them authenticate with Negotiate. */
export async function logOn({ client, server, port, setting, checks }) {
  const [here, there] = await meet(
    { client, server, port },
    { package: 'Negotiate', requiredFlags: required },
    setting.identity,
    setting.targetName,
  );
  checks.expect('the client is logged on', !here.failure);
  checks.expect('the server accepts the client', !there.failure);
  const refusal = refusalOf(here, there);
  if (refusal) throw new Error(`Logon, at the ${refusal.side}: ${refusal.error.message}`);
  checks.expect(
    'both sides negotiated the same package',
    here.facts.package === there.facts.package,
  );
  return {
    user: setting.user,
    targetName: setting.targetName,
    legs: interleave(here.legs, there.legs),
    package: here.facts.package,
    userName: there.facts.userName,
    flags: { client: here.facts.flags, server: there.facts.flags },
    expiry: { client: here.facts.expiry, server: there.facts.expiry },
    sizes: here.facts.sizes,
  };
}

/** Lets somebody with a wrong password try, with Negotiate and with NTLM. */
export async function refuseStranger({ client, server, port, setting, checks }) {
  const attempts = [];
  for (const name of ['Negotiate', 'NTLM']) {
    const [here, there] = await meet(
      { client, server, port },
      { package: name },
      setting.stranger,
      setting.targetName,
    );
    const refusal = refusalOf(here, there);
    attempts.push({ package: name, ...refusal });
    checks.expect(`${name} refuses a wrong password`, refusal !== undefined);
  }
  checks.expect(
    'a wrong password is refused as LogonDeniedError',
    attempts.some(({ error }) => error?.name === 'LogonDeniedError'),
  );
  return attempts;
}

async function meet({ client, server, port }, options, identity, targetName) {
  return await Promise.all([
    client.call('connect', { port, identity, targetName, ...options }),
    server.call('accept', options),
  ]);
}

/** Which side refused, and how: the other one only lost its peer. */
function refusalOf(here, there) {
  const failures = [
    { side: 'client', error: here.failure },
    { side: 'server', error: there.failure },
  ].filter(({ error }) => error);
  return failures.find(({ error }) => error.code !== 'HUNG_UP') ?? failures[0];
}

/** The client has the first word, and then they take turns. */
function interleave(clientLegs, serverLegs) {
  return clientLegs.flatMap((leg, index) => {
    const answer = serverLegs[index];
    return [{ side: 'client', ...leg }, ...(answer ? [{ side: 'server', ...answer }] : [])];
  });
}
