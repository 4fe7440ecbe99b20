import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentProgram } from './agent-program';

describe('the agent program of the trials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ymera-agent-'));
  const program = join(folder, 'agent.mjs');
  writeFileSync(
    program,
    agentProgram({
      one: { script: 'echo first > out.txt' },
      two: { script: 'echo first > out.txt', afterFeedback: 'echo second > out.txt' },
      bad: { script: 'false; echo late > out.txt' },
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (projectId: string, feedback?: readonly object[]) => {
    const task = { project: { project_id: projectId }, input: { ...(feedback ? { feedback } : {}) } };
    writeFileSync(join(folder, 'out.txt'), '');
    const { status, stderr } = spawnSync(process.execPath, [program], {
      cwd: folder,
      input: JSON.stringify(task),
      encoding: 'utf8',
    });
    return { status, stderr: stderr.trim(), out: readFileSync(join(folder, 'out.txt'), 'utf8').trim() };
  };

  it('runs the script of the project of the task', () => {
    expect(run('one')).toEqual({ status: 0, stderr: '', out: 'first' });
    expect(run('three')).toMatchObject({ status: 9, stderr: 'no script for three' });
  });

  it('runs its second script, or gives up, when its change is sent back', () => {
    expect(run('two', [{ code: 'tests_failed' }])).toEqual({ status: 0, stderr: '', out: 'second' });
    expect(run('one', [{ code: 'tests_failed' }])).toEqual({ status: 9, stderr: 'gives up', out: '' });
    expect(run('two', [])).toMatchObject({ out: 'first' });
  });

  it('fails at the first failing command of its script', () => {
    expect(run('bad')).toEqual({ status: 1, stderr: '', out: '' });
  });
});
