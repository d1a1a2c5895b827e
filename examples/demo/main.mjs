// A client logs on to a server with SSPI, and they exchange sealed messages over a socket. Each is
// a process of its own; this one is the wire between them.
import { basename } from 'node:path';
import { enumerateSecurityPackages } from 'winsspi';
import { parseArguments } from './arguments.mjs';
import { Checks } from './checks.mjs';
import { control, talk, tamper } from './conversation.mjs';
import { logOn, refuseStranger } from './logon.mjs';
import { Progress } from './progress.mjs';
import { Relay } from './relay.mjs';
import * as report from './report.mjs';
import { readSetting } from './setting.mjs';
import { Side } from './side.mjs';
import { transfer } from './transfer.mjs';
import { inspectWire, searchFor } from './wire.mjs';

const { file, json } = parseArguments(process.argv.slice(2), process.cwd());
const print = json ? () => {} : (lines) => console.log(`${lines.join('\n')}\n`);
const facts = {};
const checks = new Checks();
const client = new Side('client');
const server = new Side('server');
let relay;
try {
  await run();
} catch (error) {
  facts.error = error.message;
  console.error(`The demo failed: ${error.message}`);
} finally {
  client.end();
  server.end();
  relay?.close();
}
finish();

async function run() {
  const setting = readSetting();
  relay = new Relay(await server.call('listen'));
  const cast = { client, server, relay, port: await relay.listen(), setting, checks };
  const search = searchFor(setting);
  relay.watch(search);

  facts.packages = enumerateSecurityPackages();
  print(report.describePackages(facts.packages));
  Object.assign(facts, await logOn(cast));
  print(report.describeLogon(facts));
  facts.sealed = await talk(cast);
  print(report.describeTalk(facts.sealed));
  facts.tampered = await tamper({ ...cast, packageName: facts.package });
  print(report.describeTampering(facts.tampered));
  facts.control = await control(cast);
  print(report.describeControl(facts.control));
  relay.unwatch(search);
  if (file) await sendFile(cast);
  for (const side of [client, server]) await side.call('hangUp');
  relay.watch(search);
  facts.wrongPassword = await refuseStranger(cast);
  print(report.describeRefusals(facts.wrongPassword, setting.stranger));
  facts.wire = await inspectWire({ ...cast, search });
  print(report.describeWire(facts.wire));
}

async function sendFile(cast) {
  if (!json) console.log(`The file ${JSON.stringify(basename(file))}, sealed`);
  const progress = new Progress(Number(process.env.WINSSPI_DEMO_COLUMNS) || undefined);
  const onProgress = (bytes, total) => json || progress.show(bytes, total);
  try {
    facts.file = await transfer({ ...cast, path: file, onProgress });
  } finally {
    progress.end();
  }
  print(report.describeFile(facts.file));
}

function finish() {
  const ok = !facts.error && checks.failed.length === 0;
  process.exitCode = ok ? 0 : 1;
  if (json) console.log(JSON.stringify({ ok, ...facts, checks: checks.all }, null, 2));
  else if (!facts.error) console.log(report.describeChecks(checks).join('\n'));
}
