// The security packages that are measured, by the names of the cases. Every table states which they are.
import { lab } from './lab.mjs';

/**
 * @typedef {{
 *   client: string,
 *   server: string,
 *   title: string,
 *   ends: string,
 * }} Ends the packages of both ends, their name in the tables, and what that name stands for
 */

/** What the tables call each package: by whose it is, where there are several. */
const titles = {
  ...{ TestNull: 'null cipher', TestScript: 'scripted package' },
  ...(lab && {
    ...{ NTLM: "Wine's NTLM", Negotiate: "Wine's Negotiate" },
    ...{ LabNTLM: "the bridge's NTLM", LabKerberos: "the bridge's Kerberos" },
    LabNegotiate: "the bridge's Negotiate",
  }),
};

export const titleOf = (name) => titles[name] ?? name;

const same = (name, whose) => ({
  ...{ client: name, server: name, title: titleOf(name) },
  ends: `${name} at both ends: ${whose}.`,
});

const nullCipher = same('TestNull', "the tests' scripted package, without a cipher");
const bridge = "the lab's bridge over MIT's GSS-API";

/** Wine's NTLM protects and opens only the messages of its client, so the server is another package. */
const wineNtlm = {
  ...{ client: 'NTLM', server: 'LabNTLM', title: titleOf('NTLM') },
  ends: "NTLM, Wine's own, as the client of LabNTLM, whose messages it opens and verifies.",
};

const ofLab = {
  // The fastest of the lab: a slow package hides what the binding adds.
  messages: {
    ...{ null: nullCipher, ntlm: wineNtlm },
    kerberos: same('LabKerberos', bridge),
  },
  handshakes: {
    null: nullCipher,
    // Wine's starts a program for each end, which takes 40 ms.
    ntlm: same('LabNTLM', `${bridge}, with gss-ntlmssp`),
    kerberos: same('LabKerberos', bridge),
  },
};

const ofWindows = {
  null: nullCipher,
  ntlm: same('NTLM', "Windows's own"),
  kerberos: same('Kerberos', "Windows's own"),
};

/** @type {Record<'messages' | 'handshakes', Record<'null' | 'ntlm' | 'kerberos', Ends>>} */
export const packages = lab ? ofLab : { messages: ofWindows, handshakes: ofWindows };
