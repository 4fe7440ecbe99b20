#!/usr/bin/env node
/** The way in of `npm run demo`, `npm start`, `npm test` and the tools. Runs before anything is installed. */
import { failedLine, LauncherFailure } from './failure.mjs';

const OLDEST_NODE = [20, 19];
const COMMANDS = [
  'demo',
  'start',
  'test',
  'bench',
  'chaos',
  'compatibility',
  'eval-examination',
  'fuzz-api',
  'tool',
];

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new LauncherFailure(
    'node_too_old',
    `Node ${process.versions.node} is too old; ${OLDEST_NODE.join('.')} or newer starts this`,
  );
}

function refuseOtherSystems() {
  if (process.platform === 'linux' || process.platform === 'darwin') return;
  throw new LauncherFailure(
    'platform_unsupported',
    `${process.platform} is not supported; Linux and macOS are`,
  );
}

/** With --json a caller reads the last line of standard output, also when nothing could be started. */
function explain(error, json) {
  const expected = error instanceof LauncherFailure;
  for (const line of error.detail ?? []) console.error(`    ${line}`);
  console.error(`✖ ${expected ? error.message : error.stack}`);
  if (error.suggestion) console.error(`  → ${error.suggestion}`);
  if (json) console.log(failedLine(error));
  return error.exitCode ?? 1;
}

async function main([command, ...args]) {
  refuseOldNode();
  refuseOtherSystems();
  if (!COMMANDS.includes(command)) {
    throw new LauncherFailure('unknown_command', `unknown command: ${command ?? '(none)'}`, {
      suggestion: `one of: ${COMMANDS.join(', ')}`,
    });
  }
  const { run } = await import(`./commands/${command}.mjs`);
  return run(args);
}

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const [, , ...argv] = process.argv;
const json = argv.includes('--json');
process.exit(await main(argv).catch((error) => explain(error, json)));
