#!/usr/bin/env node
/** Entry point of `npm run demo`, `npm start`, `npm test` and the tools. Runs before anything is installed. */
import { failedLine, LauncherFailure, messageOf } from './failure.mjs';

const MIN_NODE = { major: 20, minor: 19 };

/**
 * Each is loaded when it is asked for.
 * @type {Readonly<Record<string, () => Promise<{ run(args: string[]): Promise<number> }>>>}
 */
const COMMANDS = {
  demo: () => import('./commands/demo.mjs'),
  start: () => import('./commands/start.mjs'),
  test: () => import('./commands/test.mjs'),
  bench: () => import('./commands/bench.mjs'),
  chaos: () => import('./commands/chaos.mjs'),
  compatibility: () => import('./commands/compatibility.mjs'),
  'eval-examination': () => import('./commands/eval-examination.mjs'),
  'fuzz-api': () => import('./commands/fuzz-api.mjs'),
  tool: () => import('./commands/tool.mjs'),
};

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE.major || (major === MIN_NODE.major && minor >= MIN_NODE.minor)) return;
  throw new LauncherFailure('node_too_old', `Node ${process.versions.node} is too old`, {
    suggestion: `start this with Node ${MIN_NODE.major}.${MIN_NODE.minor} or newer`,
  });
}

function refuseOtherSystems() {
  if (process.platform === 'linux' || process.platform === 'darwin') return;
  throw new LauncherFailure('platform_unsupported', `${process.platform} is not supported`, {
    suggestion: 'use Linux or macOS',
  });
}

/**
 * With --json a caller reads the last line of standard output, also when nothing could be started.
 * @param {unknown} error
 * @param {boolean} json
 */
function explain(error, json) {
  const expected = error instanceof LauncherFailure ? error : undefined;
  for (const line of expected?.detail ?? []) console.error(`    ${line}`);
  const unexpected = error instanceof Error ? error.stack : undefined;
  console.error(`✖ ${expected?.message ?? unexpected ?? messageOf(error)}`);
  if (expected?.suggestion) console.error(`  → ${expected.suggestion}`);
  if (json) console.log(failedLine(error));
  return expected?.exitCode ?? 1;
}

/** @param {string[]} argv */
async function main([name = '', ...args]) {
  refuseOldNode();
  refuseOtherSystems();
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    throw new LauncherFailure('unknown_command', `unknown command: ${name || '(none)'}`, {
      suggestion: `use one of: ${Object.keys(COMMANDS).join(', ')}`,
    });
  }
  return (await load()).run(args);
}

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const [, , ...argv] = process.argv;
const json = argv.includes('--json');
process.exit(await main(argv).catch((error) => explain(error, json)));
