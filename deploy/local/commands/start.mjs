import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNNER, SERVICES } from '../catalog.mjs';
import { LauncherFailure } from '../failure.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { stateRoot } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { startPlatform } from '../platform/platform.mjs';
import { platformPackages, runnerOptions, sandboxWarning } from '../platform/runner-options.mjs';
import { givenServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';

/**
 * @import { Platform } from '../platform/platform.mjs'
 * @import { Session } from '../session.mjs'
 */

const OPTIONS = new Set(['--exec', '--network', '--pass-env', '--no-sandbox']);

/** @param {readonly string[]} args */
function refuseUnknown(args) {
  const unknown = args.find(
    (arg, index) =>
      arg.startsWith('-') && !OPTIONS.has(arg.replace(/=.*/s, '')) && args[index - 1] !== '--exec',
  );
  if (unknown)
    throw new LauncherFailure('unknown_option', `unknown option: ${unknown}`, {
      suggestion: `use one of: ${[...OPTIONS].join(', ')}`,
      exitCode: 2,
    });
}

/**
 * Writes the file by which `npm run ymera` finds the running platform. It names files with tokens, not the tokens.
 * @param {Platform} platform
 */
function publish(platform) {
  const file = join(stateRoot, 'current.json');
  const content = { gateway_url: platform.gatewayUrl, token_files: platform.tokenFiles, pid: process.pid };
  writeFileSync(file, JSON.stringify(content, null, 2), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/**
 * @param {Session['progress']} progress
 * @param {Platform} platform
 */
function describe(progress, platform) {
  progress.heading('\nReady.');
  for (const name of [...SERVICES, RUNNER])
    if (platform.urls[name]) progress.note(`${name.padEnd(14)} ${platform.urls[name]}`);
  progress.note(`logs           ${platform.logs}`);
  progress.heading('Sign in');
  progress.note(
    `tokens are in  ${join(platform.tokenFiles.requester, '..')}  (requester, approver, admin, viewer)`,
  );
  progress.note(`show one       cat ${platform.tokenFiles.requester}`);
  progress.note('use the CLI    npm run ymera -- --help');
  progress.heading('Ctrl-C stops everything.\n');
}

/** @param {Session} session */
function reportDeaths({ supervisor, progress }) {
  supervisor.on('exited', ({ name, reason, expected, restartInMs, tail }) => {
    if (expected) return;
    for (const line of tail.slice(-5)) progress.note(line);
    if (restartInMs === undefined) progress.fail(`${name} ended too often (${reason}) and stays down`);
    else progress.warn(`${name} ended (${reason}); started again in ${restartInMs / 1000} s`);
  });
}

/**
 * Runs the whole platform, with data that lasts, until it is interrupted.
 * @param {string[]} args
 */
export async function run(args) {
  refuseUnknown(args);
  const runner = runnerOptions(args);
  const given = givenServers(process.env);

  return withSession({ title: 'YMERA · the whole platform', untilInterrupted: true }, async (session) => {
    process.stderr.write(sandboxWarning(runner));
    const node = await prepareMachine(session, { packages: platformPackages(runner, given) });
    const instance = openInstance('platform', { disposable: false });
    session.onClose(instance.release);
    await build(session, node);
    const platform = await startPlatform(session, { instance, node, given, runner });
    session.onClose(publish(platform));
    describe(session.progress, platform);
    reportDeaths(session);
    await new Promise((resolve) => session.controller.signal.addEventListener('abort', resolve));
    await session.progress.step('Draining and stopping', () => session.supervisor.end());
    return 0;
  });
}
