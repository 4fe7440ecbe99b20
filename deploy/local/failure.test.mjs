import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { failedLine, LauncherFailure } from './failure.mjs';
import { inRepository } from './paths.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ymera-failure-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * The exit code and the last line of standard output, which programs read.
 * @param {string[]} args
 * @returns {{ status: number | null, state: string, error: { code: string, retryable: boolean } }}
 */
function lastLineOf(...args) {
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, ...JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

describe('the last line of a failure, for programs', () => {
  test('has the shape of all errors', () => {
    const taken = new LauncherFailure('port_taken', 'Taken.', { suggestion: 'Again.' });
    assert.deepEqual(JSON.parse(failedLine(taken)), {
      state: 'failed',
      error: {
        code: 'port_taken',
        message: 'Taken.',
        retryable: true,
        suggestion: 'Again.',
        fault: 'machine',
      },
    });
    const died = new LauncherFailure('service_died', 'It ended.', { detail: ['why', 'x'.repeat(501)] });
    assert.deepEqual(JSON.parse(failedLine(died)).error.detail, ['why', 'x'.repeat(500)]);
    assert.deepEqual(JSON.parse(failedLine(new TypeError('Oh.'))).error, {
      code: 'internal',
      message: 'Oh.',
      retryable: false,
      fault: 'platform',
    });
  });

  test('is printed by the launcher', () => {
    const { status, state, error } = lastLineOf(
      inRepository('deploy', 'local', 'run.mjs'),
      'nonsense',
      '--json',
    );
    assert.deepEqual([status, state, error.code, error.retryable], [1, 'failed', 'unknown_command', false]);
  });

  test('is printed by the CLI where nothing is installed', () => {
    for (const path of [
      ['deploy', 'local', 'failure.mjs'],
      ['services', 'cli', 'bin'],
    ])
      cpSync(inRepository(...path), join(folder, ...path), { recursive: true });
    const { status, state, error } = lastLineOf(
      join(folder, 'services/cli/bin/ymera.mjs'),
      'overview',
      '--json',
    );
    assert.deepEqual([status, state, error.code, error.retryable], [1, 'failed', 'not_installed', false]);
  });

  test('is printed by every command of the launcher where nothing is installed', () => {
    const checkout = join(folder, 'launcher');
    cpSync(inRepository('deploy', 'local'), join(checkout, 'deploy', 'local'), { recursive: true });
    /** @type {[code: string, ...args: string[]][]} */
    const refusals = [
      ['argument_missing', 'demo', '--network'],
      ['unknown_option', 'start', '--nonsense'],
      ['servers_incomplete', 'bench'],
      ['servers_incomplete', 'test'],
      ['corpus_missing', 'eval-examination', '--dir', '/nowhere'],
      ['unknown_tool', 'tool', 'nonsense'],
    ];
    const env = {
      ...process.env,
      YMERA_SERVERS_FOR: '',
      YMERA_RABBITMQ_URL: 'amqp://h',
      YMERA_RABBITMQ_MANAGEMENT_URL: '',
    };
    for (const [code, ...args] of refusals) {
      const launcher = join(checkout, 'deploy', 'local', 'run.mjs');
      const { stdout, stderr } = spawnSync(process.execPath, [launcher, ...args, '--json'], {
        encoding: 'utf8',
        env,
      });
      assert.equal(JSON.parse(stdout.trim().split('\n').at(-1) ?? '').error.code, code, stderr);
    }
  });
});
