import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clip, createProgress, formatSeconds } from './progress.mjs';
import { runObserved, runQuietly } from './run.mjs';
import { countJest, countTap, endedWithoutReport, testSummary } from './test-summary.mjs';

/** @param {{ isTTY: boolean, columns?: number }} options */
function screen(options) {
  /** @type {string[]} */
  const written = [];
  const stream = { write: (/** @type {string} */ text) => written.push(text), ...options };
  return { stream, text: () => written.join('') };
}

describe('progress', () => {
  test('without a terminal: plain lines, no control characters', async () => {
    const { stream, text } = screen({ isTTY: false });
    const progress = createProgress({ stream, env: {}, now: () => 0 });
    progress.heading('Title');
    await progress.step('Work', async () => 'detail');
    assert.equal(text(), 'Title\n→ Work\n✔ Work 0.0 s · detail\n');
  });

  test('on a terminal: the line of a running step is replaced, never longer than a row', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 30 });
    const progress = createProgress({ stream, env: {}, now: () => 0 });
    await progress.step('Work', async (report) => report(`${'x'.repeat(200)}\nsecond line`));
    assert.ok(text().includes('\u001b[1A\u001b[0J'));
    for (const line of text().split('\n'))
      assert.ok(line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').length < 30, line);
  });

  test('NO_COLOR removes the colours and keeps the display', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 80 });
    await createProgress({ stream, env: { NO_COLOR: '1' }, now: () => 0 }).step('Work', async () => '');
    assert.ok(text().includes('\u001b[1A'));
    assert.ok(!text().includes('m✔'));
  });

  test('a step that fails is marked and rejects with its error', async () => {
    const { stream, text } = screen({ isTTY: false });
    const step = createProgress({ stream, env: {}, now: () => 0 }).step('Work', async () => {
      throw new Error('no');
    });
    await assert.rejects(step, { message: 'no' });
    assert.ok(text().endsWith('✖ Work 0.0 s\n'));
  });

  test('formats times and cuts long lines', () => {
    assert.deepEqual([formatSeconds(940), formatSeconds(125_000)], ['0.9 s', '2 min 5 s']);
    assert.equal(clip('abcdef', 4), 'abc…');
  });
});

describe('test summary', () => {
  test('adds the counts of both runners; a file that does not load is a failure', () => {
    const jest = countJest({
      numPassedTests: 5,
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 1,
      numPendingTests: 2,
      numTodoTests: 0,
    });
    const tap = countTap(
      'TAP version 13\n# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n',
    );
    assert.deepEqual(testSummary([{ counts: jest }, { counts: tap }]), ['8 passed, 3 failed, 2 skipped']);
    assert.deepEqual(testSummary([{ counts: { passed: 1, failed: 0, skipped: 0 } }]), ['1 passed, 0 failed']);
  });

  test('reports why a test runner ended without counts, with its last lines', () => {
    const output = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const killed = endedWithoutReport('tests', { code: 143, killedBy: 'SIGKILL', output });
    assert.equal(killed[0], 'tests: the test run ended without a report (ended by SIGKILL)');
    assert.deepEqual(killed.slice(1), output.slice(-10));
    const counts = { passed: 5, failed: 0, skipped: 0 };
    assert.deepEqual(testSummary([{ counts }, { missing: killed }]), killed);
    assert.match(endedWithoutReport('tests', { code: 7, killedBy: null })[0] ?? '', /\(exit code 7\)$/);
  });
});

test('a quiet program resolves to its exit code and its last lines', async () => {
  /** @type {string[]} */
  const lines = [];
  const { code, output } = await runQuietly('/bin/sh', ['-c', 'echo one; echo two >&2; exit 3'], {
    onLine: (line) => lines.push(line),
  });
  assert.equal(code, 3);
  assert.deepEqual([...output].sort(), ['one', 'two']);
  assert.deepEqual(lines.length, 2);
});

test('an observed program that is killed resolves to its signal and its last lines', async () => {
  const { code, killedBy, output } = await runObserved('/bin/sh', [
    '-c',
    'echo out of memory >&2; kill -9 $$',
  ]);
  assert.deepEqual([code, killedBy, output], [143, 'SIGKILL', ['out of memory']]);
  const ended = await runObserved('/bin/sh', ['-c', 'sleep 3 >&2 & exit 3']);
  assert.deepEqual([ended.code, ended.killedBy], [3, null]);
});
