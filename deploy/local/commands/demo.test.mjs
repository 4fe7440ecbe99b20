import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { repositoryRoot } from '../paths.mjs';

const launcher = join(repositoryRoot, 'deploy', 'local', 'run.mjs');
/** Shorter than the start of a platform. */
const TIMEOUT_MS = 60_000;

/**
 * @typedef {{ code: number, stdout: string, stderr: string }} Output
 * @param {string[]} args
 * @returns {Promise<Output>}
 */
const demo = (...args) =>
  promisify(execFile)(process.execPath, [launcher, 'demo', ...args], { timeout: TIMEOUT_MS }).then(
    (output) => ({ code: 0, ...output }),
    (/** @type {Output} */ { code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

/** Steps of the progress display. */
const platformStarts = /PostgreSQL|RabbitMQ|platform at/;

describe('the demo without a platform', () => {
  for (const flag of ['--help', '-h']) {
    test(`${flag} prints the help once and starts nothing`, async () => {
      const { code, stdout, stderr } = await demo(flag);
      assert.equal(code, 0);
      assert.equal(stdout.match(/^Usage: /gm)?.length, 1);
      assert.doesNotMatch(stderr, platformStarts);
    });
  }

  test('--preflight --json prints one line of JSON and starts nothing', async () => {
    const { code, stdout, stderr } = await demo('--preflight', '--json');
    assert.equal(code, 0);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.equal(JSON.parse(stdout).state, 'ready');
    assert.doesNotMatch(stderr, platformStarts);
  });

  test('--preflight --json prints a refusal in the shape of all errors', async () => {
    const { code, stdout } = await demo('--preflight', '--json', '--request', ' ');
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).error.code, 'request_empty');
  });

  test('--exec with a missing program is refused before anything starts', async () => {
    const { code, stdout, stderr } = await demo('--json', '--exec', 'no-such-agent --fast');
    assert.equal(code, 1);
    assert.deepEqual(
      [JSON.parse(stdout).error.code, JSON.parse(stdout).error.fault],
      ['command_missing', 'machine'],
    );
    assert.doesNotMatch(stderr, platformStarts);
  });

  test('a value that looks like a flag is a value', async () => {
    const { code, stdout } = await demo('--preflight', '--json', '--request', '--help');
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).request, '--help');
  });
});
