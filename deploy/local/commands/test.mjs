import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../machine/ports.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository, repositoryRoot } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { platformPackages, runnerOptions } from '../platform/runner-options.mjs';
import { serverEnvironment } from '../servers/environment.mjs';
import { givenServers, startServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';
import { countJest, countTap, endedWithoutReport, testSummary } from '../terminal/test-summary.mjs';

const OWN_TESTS = inRepository('deploy', 'local');

/** The launcher's own tests run by node:test, as it runs itself: without anything that has to be installed or transformed. */
async function runOwnTests(session, node, { env, report }) {
  // The sample project beside us has tests of its own, which belong to it.
  const names = readdirSync(OWN_TESTS, { recursive: true }).map(String);
  const files = names.filter((name) => name.endsWith('.test.mjs') && !name.startsWith('samples/'));
  const reporters = [
    '--test-reporter=dot',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${report}`,
  ];
  const args = ['--test', ...reporters, ...files.map((name) => join(OWN_TESTS, name))];
  const end = await session.runObserved(node.path, args, { cwd: repositoryRoot, env });
  return reported('the launcher’s own tests', end, report, countTap);
}

/** What a runner counted, or that it ended before it could. */
function reported(name, end, report, count) {
  if (!existsSync(report)) return { code: end.code || 1, missing: endedWithoutReport(name, end) };
  return { code: end.code, counts: count(readFileSync(report, 'utf8')) };
}

/** Tests against tools of other languages, which a machine need not have, are no part of the default run. */
const NOT_FULL = '--testPathIgnorePatterns=\\.full\\.spec\\.ts$';

/** Tests that promise a time need the machine to themselves: `*.alone.spec.ts` run one after the other, once all others are through. */
const SIDE_BY_SIDE = [
  '--testPathIgnorePatterns=/node_modules/',
  '--testPathIgnorePatterns=\\.alone\\.spec\\.ts$',
  NOT_FULL,
];
const ALONE = ['--runInBand', '--testMatch=**/*.alone.spec.ts', NOT_FULL];

async function runJest(session, node, { name, selection, args, env, report }) {
  const jest = inRepository('node_modules', 'jest', 'bin', 'jest.js');
  const config = inRepository('deploy', 'tooling', 'jest.workspace.cjs');
  const reporting = ['--json', `--outputFile=${report}`];
  const end = await session.runObserved(
    node.path,
    [jest, '-c', config, '--passWithNoTests', ...selection, ...reporting, ...args],
    {
      cwd: repositoryRoot,
      env,
    },
  );
  return reported(name, end, report, (text) => countJest(JSON.parse(text)));
}

/** Every test of the workspace on private servers; arguments are Jest's (a path, `-t TITLE`). */
export async function run(args) {
  const given = givenServers(process.env);
  const packages = [...new Set([...platformPackages(runnerOptions([]), given), 'pika'])];

  return withSession({ title: 'YMERA · every test, on real servers' }, async (session) => {
    const node = await prepareMachine(session, { packages });
    await build(session, node);
    const instance = openInstance('test', { disposable: true });
    session.onClose(instance.release);
    const ports = await freePorts(['callback']);
    const callbackUrl = `http://127.0.0.1:${ports.callback}/broker/${instance.secrets.values.broker_callback_token}`;
    const servers = await startServers({ ...session, instance, given, callbackUrl, durable: false });
    const env = serverEnvironment(servers, { callbackUrl });

    const jest = (name, selection, report) =>
      runJest(session, node, { name, selection, args, env, report: join(instance.data, report) });
    const results = [
      await jest('tests side by side', SIDE_BY_SIDE, 'jest.json'),
      await jest('tests alone', ALONE, 'jest-alone.json'),
    ];
    const everything = args.length === 0 || args.some((arg) => arg.includes('deploy/local'));
    if (everything)
      results.push(
        await runOwnTests(session, node, { env: process.env, report: join(instance.data, 'own.tap') }),
      );
    session.onClose(() => process.stdout.write(`\n${testSummary(results).join('\n')}\n`));
    const failed = results.find(({ code }) => code !== 0)?.code;
    return failed ?? (results.some(({ counts }) => counts.failed > 0) ? 1 : 0);
  });
}
