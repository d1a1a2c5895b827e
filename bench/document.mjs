// docs/speed.md: a whole run, and what its figures mean.
import { report } from './report.mjs';

export function document(run) {
  return `${introduction}\n\`\`\`\n${report(run)}\n\`\`\`\n`;
}

const introduction = `# Speed

What the binding adds to the platform, and what no binding can take away. \`npm run bench\` measures it;
\`npm run bench -- --update\` writes this page.

Each message function is one call of the addon. What such a call is made of is in the table "what a call
is made of" below, each line measured alone with an addon that does nothing else:

- \`wrapInto\` of 64 bytes: the call itself, two typed arrays that are read, one lock that keeps two
  calls of one direction apart, and the call in C, which together take most of its limit of 120 ns. The
  rest is what makes it safe: the arrays must not be shared memory, and what the package left must lie
  inside them.
- \`wrap\` and \`unwrap\` of 16 KiB and more: their result is new memory, and the first write to each page of
  it costs more than the copy. Compare "new memory written" with "the same memory written". Who
  needs the last percents has \`wrapInto\`, which works in memory of the caller's.
- A handshake: each step may wait for the LSA, a KDC or a domain controller, and so goes to a thread and
  comes back through the event loop. That way costs more than a step of Kerberos that finds its
  ticket in the cache. The column on the right compares with the same calls in C and, for each, the way
  to a thread of Node's own and back (\`crypto.randomBytes\`). Kerberos with credentials of its own also
  asks the KDC, which takes longer than all of that.
- The import: finding a file, which an empty module needs too, and loading the addon, which is in its row
  as "the addon alone", take most of it. The code is one file for that reason, and secur32, which would
  bring the security packages along, is loaded at the first call.

A target that is MISSED is one of these, or says so in the row itself.
`;
