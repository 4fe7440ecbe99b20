import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../machine/ports.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { parseJson } from '../json.mjs';
import { inRepository, repositoryRoot } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { platformPackages, runnerOptions } from '../platform/runner-options.mjs';
import { serverEnvironment } from '../servers/environment.mjs';
import { givenServers, startServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';
import { jestRuns, testArguments } from '../test-selection.mjs';
import { countJest, countTap, endedWithoutReport, testSummary } from '../terminal/test-summary.mjs';

/**
 * @import { NodeProgram } from '../machine/node24.mjs'
 * @import { SystemPackage } from '../machine/packages.mjs'
 * @import { Session } from '../session.mjs'
 * @import { ObservedEnd } from '../terminal/run.mjs'
 * @import { JestReport, TestCounts } from '../terminal/test-summary.mjs'
 * @typedef {{ code: number, counts: TestCounts } | { code: number, missing: string[] }} TestRun
 */

const OWN_TESTS = inRepository('deploy', 'local');

/**
 * The launcher's own tests run by node:test, as the launcher itself runs: nothing has to be installed or transformed.
 * @param {Session} session
 * @param {NodeProgram} node
 * @param {{ env: NodeJS.ProcessEnv, report: string }} options
 */
async function runOwnTests(session, node, { env, report }) {
  // The sample projects beside us have tests of their own.
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

/**
 * The counts of a test runner, or that it ended without a report.
 * @param {string} name
 * @param {ObservedEnd} end
 * @param {string} report file
 * @param {(text: string) => TestCounts} count
 * @returns {TestRun}
 */
function reported(name, end, report, count) {
  if (!existsSync(report)) return { code: end.code || 1, missing: endedWithoutReport(name, end) };
  return { code: end.code, counts: count(readFileSync(report, 'utf8')) };
}

/**
 * @param {Session} session
 * @param {NodeProgram} node
 * @param {object} options
 * @param {string} options.name
 * @param {readonly string[]} options.selection
 * @param {readonly string[]} options.args
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.report file
 */
async function runJest(session, node, { name, selection, args, env, report }) {
  const jest = inRepository('node_modules', 'jest', 'bin', 'jest.js');
  const config = inRepository('deploy', 'tooling', 'jest.workspace.cjs');
  const reporting = ['--json', `--outputFile=${report}`];
  const end = await session.runObserved(
    node.path,
    [jest, '-c', config, '--passWithNoTests', ...selection, ...reporting, ...args],
    { cwd: repositoryRoot, env },
  );
  return reported(name, end, report, (text) => countJest(/** @type {JestReport} */ (parseJson(text))));
}

/** @param {TestRun} run */
const exitCodeOf = (run) => run.code || ('counts' in run && run.counts.failed > 0 ? 1 : 0);

/**
 * Every test of the workspace on private servers; `--full`: those of `*.full.spec.ts` instead. The other arguments are
 * Jest's (a path, `-t TITLE`).
 * @param {string[]} argv
 */
export async function run(argv) {
  const { isFull, args } = testArguments(argv);
  const given = givenServers(process.env);
  /** @type {SystemPackage[]} */
  const packages = [...platformPackages(runnerOptions([]), given), 'pika'];

  return withSession({ title: 'YMERA · every test, on real servers' }, async (session) => {
    const node = await prepareMachine(session, { packages });
    await build(session, node);
    const instance = openInstance('test', { disposable: true });
    session.onClose(instance.release);
    const ports = await freePorts(['callback']);
    const callbackUrl = `http://127.0.0.1:${ports.callback}/broker/${instance.secrets.values.broker_callback_token}`;
    const servers = await startServers({ ...session, instance, given, callbackUrl, durable: false });
    const env = serverEnvironment(servers, { callbackUrl });

    /** @type {TestRun[]} */
    const runs = [];
    for (const { name, selection, report } of jestRuns(isFull)) {
      const file = join(instance.data, report);
      runs.push(await runJest(session, node, { name, selection, args, env, report: file }));
    }
    const ownTests = args.length === 0 || args.some((arg) => arg.includes('deploy/local'));
    if (ownTests && !isFull) {
      const report = join(instance.data, 'own.tap');
      runs.push(await runOwnTests(session, node, { env: process.env, report }));
    }
    session.onClose(() => process.stdout.write(`\n${testSummary(runs).join('\n')}\n`));
    return runs.map(exitCodeOf).find((code) => code !== 0) ?? 0;
  });
}
