// The pages: one for a user, one for a failure.
import { html } from './html.mjs';

const bindings = {
  verified: 'verified: the token is bound to this TLS connection',
  allowed: 'allowed: a wrong one would have been refused',
  off: 'not checked: no TLS, or extended protection is off',
};

const tokenCounts = {
  1: '1: the token of the client was enough',
  3: '3: negotiate, challenge, authenticate',
};

const frame = (title, body) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
<title>${title}</title>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

/** @param {{ auth, identity, connection }} facts see facts.mjs */
export function callerPage({ auth, identity, connection }) {
  return frame(
    auth.name,
    html`<header>
<p>This server knows you as</p>
<h1 id="name">${breakable(auth.name)}</h1>
<p class="badges">${badges(auth, connection)}</p>
</header>
<div class="cards">
${card('Identity', identityRows(auth, identity))}
${card('Authentication', authenticationRows(auth))}
${card('Connection', connectionRows(connection))}
<section>
<h2>Flags</h2>
<ul class="flags">${flagItems(auth.flags)}</ul>
</section>
</div>
${groupTable(identity.groups)}
`,
  );
}

/** @param {{ status: number, title: string, advice: string }} failure */
export function failurePage({ status, title, advice }) {
  return frame(
    title,
    html`<header>
<p>${status}</p>
<h1>${title}</h1>
</header>
<section class="advice"><p>${advice}</p></section>
`,
  );
}

const badges = (auth, connection) => [
  html`<span class="badge">${auth.package}</span>`,
  html`<span class="badge">${connection.tls ? connection.tls.protocol : 'no TLS'}</span>`,
  auth.flags.delegate && html`<span class="badge">delegated</span>`,
];

const card = (title, rows) => html`<section>
<h2>${title}</h2>
<dl>${rows.map(([name, value, id]) => html`<div><dt>${name}</dt><dd id="${id}">${value}</dd></div>`)}</dl>
</section>`;

const identityRows = (auth, identity) => [
  ['SID', auth.sid ? html`<code>${breakable(auth.sid)}</code>` : 'none: no access token', 'sid'],
  ['Account', identity.account ?? 'not looked up', 'account'],
  ['Groups', identity.groups.length, 'group-count'],
  ['Impersonation level', identity.level ?? 'none', 'level'],
  ['Elevated', identity.elevated ? 'yes' : 'no', 'elevated'],
];

const authenticationRows = (auth) => [
  ['Package', auth.package, 'package'],
  ['Scheme', auth.scheme, 'scheme'],
  ['Tokens', tokenCounts[auth.tokenCount] ?? auth.tokenCount, 'token-count'],
  ['Channel binding', bindings[auth.channelBindings], 'channel-binding'],
  ['Expires', auth.expiry ? auth.expiry.toISOString().replace(/\.\d+Z/, 'Z') : 'never', 'expiry'],
];

const connectionRows = ({ from, to, tls, request, authenticatedBy }) => [
  ['From', html`<code>${from}</code>`, 'from'],
  ['To', html`<code>${to}</code>`, 'to'],
  ['TLS', tls ? `${tls.protocol}, ${tls.cipher}` : 'none', 'tls'],
  ['Request', `number ${request} on this connection`, 'request'],
  ['Authenticated by', `request ${authenticatedBy}`, 'authenticated-by'],
];

/** What was granted comes first. */
function flagItems(flags) {
  const all = Object.entries(flags).toSorted(([, a], [, b]) => Number(b) - Number(a));
  return all.map(
    ([name, on]) =>
      html`<li class="${on ? 'on' : 'off'}">${wordsOf(name)}${!on && html`<span class="no">no</span>`}</li>`,
  );
}

const wordsOf = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Long names and SIDs may break where their parts end, and nowhere else. */
const breakable = (text) => text.split(/(?<=[\\@-])/).map((part) => html`${part}<wbr>`);

function groupTable(groups) {
  if (groups.length === 0) return undefined;
  return html`<section class="groups">
<h2>Groups</h2>
<table>
<thead><tr><th>Name</th><th>SID</th><th>Attributes</th></tr></thead>
<tbody>${groups.map(groupRow)}</tbody>
</table>
</section>`;
}

const groupRow = ({ sid, name, attributes }) => html`<tr>
<td>${name ?? 'no name'}</td>
<td><code>${breakable(sid)}</code></td>
<td>${attributes.map(wordsOf).join(', ')}</td>
</tr>`;
