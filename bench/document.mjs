// docs/speed.md: a whole run, and what its figures mean.
import { report } from './report.mjs';

export function document(run) {
  return `${introduction}\n\`\`\`\n${report(run)}\n\`\`\`\n`;
}

const introduction = `# Speed

What the binding adds to the platform, and what no binding can take away. \`npm run bench\` measures it;
\`npm run bench -- --update\` writes this page. \`npm run bench -- sign verify pieces\` runs only the cases
of these names.

Each table names the package that was measured, and the lines above the tables say whose each is. A fast
package shows what the binding adds, a slow one hides it:

- The null cipher returns at once: what is measured is the binding alone.
- NTLM's messages are those of the fastest NTLM that is there. In the lab this is Wine's own, as the
  client of a handshake: as the server it does not encrypt. It opens and verifies messages of another
  NTLM, whose time is not measured. The lab's other NTLM takes about ten times as long in C.
- Handshakes are measured with the lab's bridge, which is faster than Wine's: Wine starts a program for
  each end of an NTLM handshake.

The messages of \`unwrap\`, \`decryptMessage\` and \`verify\` are made by the server beforehand. All figures
are of the client.

Each message function is one call of the addon. What such a call is made of is in the table "what a call
is made of" below, each line measured alone with an addon that does nothing else:

- \`wrapInto\` of 64 bytes: the call itself, two typed arrays that are read and the call in C take most of
  it. The rest is what makes it safe: the arrays must not be shared memory, and what the package left
  must lie inside them. A lock keeps two calls of one direction apart only while another thread works
  with the context.
- \`wrap\` and \`unwrap\` of 1 KiB and more: their result is new memory, and the first write to each page of
  it costs more than the copy. Shorter results pay it too, a part of a page each. The table "of C and new
  memory with a copy" compares with C that makes each message such memory. \`wrapInto\` works in memory of
  the caller's.
- A handshake: each step, and each acquisition of credentials, may wait for the LSA, a KDC or a domain
  controller, and so goes to a thread and comes back through the event loop. That way costs more than a
  step of Kerberos that finds its ticket in the cache. The column on the right compares with the same
  calls in C and, for each, the way to a thread of Node's own and back (\`crypto.randomBytes\`).
- The import: finding the files and loading the addon take most of it. The figure for the same files
  without code of ours shows it: these have nothing in them but the name of the next. The code is one
  file for that reason, beside the names that \`import\` wants; and secur32, which would bring the
  security packages along, is loaded at the first call.

The targets of large messages, handshakes and the import have a second line, which has the platform's part
in it.

The table "nanoseconds that a piece earns" shows what each piece of machinery on the way of a short
message is worth. \`npm run bench -- pieces\` builds winsspi without the piece (bench/pieces lists the
changes), and measures both builds in one process, in rounds that alternate. A figure is the difference
of the best rounds, the median of eight processes. The first row compares two equal builds: smaller
figures than those are chance. Pieces that earn less than 25 ns are removed. The call frame stays although
numbers as arguments are nearly as fast for \`wrapInto\`: \`encryptMessage\` of three buffers would take five
more arguments and return fourteen numbers, of which the table "what a call is made of" has the price, and
so there would be two ways to say the same.
`;
