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

/** The last line of standard output, which is all that a program reads. */
function toldBy(...words) {
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  return { status, ...JSON.parse(stdout.trim().split('\n').at(-1)) };
}

describe('a failure, for programs', () => {
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

  test('is the last line of the launcher', () => {
    const { status, state, error } = toldBy(inRepository('deploy', 'local', 'run.mjs'), 'nonsense', '--json');
    assert.deepEqual([status, state, error.code, error.retryable], [1, 'failed', 'unknown_command', false]);
  });

  test('is the last line of the command line where nothing is installed', () => {
    for (const path of [
      ['deploy', 'local', 'failure.mjs'],
      ['services', 'cli', 'bin'],
    ])
      cpSync(inRepository(...path), join(folder, ...path), { recursive: true });
    const { status, state, error } = toldBy(join(folder, 'services/cli/bin/ymera.mjs'), 'overview', '--json');
    assert.deepEqual([status, state, error.code, error.retryable], [1, 'failed', 'not_installed', false]);
  });
});
