import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@ymera/agent-sdk';
import { type Finding, result as resultMessage } from '@ymera/contracts';
import { AgentFixture } from '../testing/agent-fixture';

jest.setTimeout(120_000);

const fixture = new AgentFixture();
const agents = fixture.agents();
const base = fixture.commitSample('user-service');
const store = 'src/session-store.mjs';
const memoryTest = 'test/memory.test.mjs';
const measure = 'bench/retained-bytes.mjs';
const text = (path: string) => readFileSync(join(fixture.repository.folder, path), 'utf8');
const [storeText, memoryText, measureText] = [text(store), text(memoryTest), text(measure)];

const project: Task['project'] = {
  project_id: 'user-service',
  default_branch: 'main',
  commands: { test: 'npm test', bench: 'npm run bench' },
  performance: {},
};
const input: Task['input'] = {
  request_id: '01936d00-0000-7000-8000-0000000000aa',
  workflow_id: '01936d00-0000-7000-8000-0000000000bb',
  step_id: 'step',
  request_text: 'Fix the memory leak in user service',
  intent: 'DEBUG',
  findings: [],
};

/** Signing out stops listening; the other ways to end a session still do not. */
const hasty = storeText
  .replace(
    "this.#directory.on('changed', refresh);",
    "session.stop = () => this.#directory.off('changed', refresh);\n    this.#directory.on('changed', refresh);",
  )
  .replace(
    'return this.#sessions.delete(token);',
    'this.#sessions.get(token)?.stop();\n    return this.#sessions.delete(token);',
  );
/** All of them go through `close`. */
const right = hasty
  .replace(
    'this.#sessions.delete(token);\n      return undefined',
    'this.close(token);\n      return undefined',
  )
  .replaceAll('this.#sessions.delete(session.token)', 'this.close(session.token)');

afterAll(() => fixture.close());

async function examined(files: Record<string, string | null>) {
  fixture.repository.git('checkout', '--quiet', base);
  const commit = fixture.repository.commit(files);
  const tree = fixture.repository.git('rev-parse', 'HEAD^{tree}');
  fixture.repository.git('checkout', '--quiet', 'main');
  const change = { change_id: input.request_id, agent_id: 'coder-1', commit, tree };
  const tested = await fixture.run(agents.testing(), {
    type: 'test',
    base,
    project,
    input: { ...input, change },
  });
  const { tests } = tested.result;
  if (!tests) throw new Error('no tests');
  const validate = async (commands: Task['project']['commands'] = { test: 'npm test' }) => {
    const { result } = await fixture.run(agents.examination(), {
      type: 'validate',
      base,
      project: { ...project, commands },
      input: { ...input, change, tests },
    });
    const { agent_id, task_id, attempt, fencing_token } = resultMessage.sample;
    resultMessage.payload.parse({ agent_id, task_id, attempt, fencing_token, ...result });
    return result.verdict;
  };
  return { tests, findings: tested.result.findings ?? [], validate };
}

const places = (findings: readonly Finding[]) =>
  findings.map(({ file, line }) => `${file ?? ''}:${line ?? ''}`);
const lineOf = (words: string) => memoryText.split('\n').findIndex((line) => line.includes(words)) + 1;
const lines = ['signed out`', 'has expired`', 'asked for too late`', 'removed user`'].map(
  (words) => `${memoryTest}:${lineOf(words)}`,
);

// Mission: E2
describe('the memory leak of the user service', () => {
  it('is detected by its memory tests only, each with its line and measurement', async () => {
    const { tests, findings, validate } = await examined({ 'README.md': 'changed\n' });
    expect(tests).toMatchObject({ failed: 0, failed_on_base: 4, passed: 9, flaky: 0 });
    expect(places(findings)).toEqual(lines);
    const verdict = await validate();
    expect(verdict?.approved).toBe(false);
    expect(verdict?.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(
      expect.arrayContaining(['fix_without_effect high']),
    );
    for (const { code, message, evidence } of findings) {
      expect(code).toBe('test_failed_on_base');
      expect(message).toMatch(/leaves? nothing in memory: .*\d{3} bytes stay/);
      expect(evidence).toMatch(/\d{3} bytes stay/);
    }
  });

  it('remains after a fix of the sign-out only', async () => {
    expect(hasty).not.toBe(storeText);
    const { tests, findings } = await examined({ [store]: hasty });
    expect(tests).toMatchObject({ failed: 0, failed_on_base: 3 });
    expect(places(findings)).toEqual(lines.slice(1));
  });

  it('is gone after the right fix, which is approved with the measurements before and after', async () => {
    const { tests, validate } = await examined({ [store]: right });
    expect(tests).toMatchObject({ failed: 0, exit_code: 0 });
    const verdict = await validate(project.commands);
    expect(verdict).toMatchObject({ approved: true, findings: [] });
    expect(verdict?.before_after?.before_retained_bytes).toBeGreaterThan(200);
    expect(verdict?.before_after?.after_retained_bytes).toBeLessThan(64);
  });

  it.each<[title: string, path: string, content: string | null, codes: readonly string[]]>([
    [
      'a bound that is never reached',
      memoryTest,
      memoryText.replace('bound = 128', 'bound = 1e9'),
      ['failing_test_changed', 'only_tests_changed', 'test_arrangement_changed', 'test_helper_changed'],
    ],
    [
      'a measure that measures nothing',
      measure,
      measureText.replace('return Math.max(', 'return Math.min('),
      ['failing_test_changed', 'benchmark_changed', 'only_tests_changed'],
    ],
    ['tests that are gone', memoryTest, null, ['test_deleted', 'failing_test_changed', 'only_tests_changed']],
  ])('is not fixed by %s, which is rejected with the line of the test', async (_, path, content, codes) => {
    expect(content).not.toBe(path === measure ? measureText : memoryText);
    const { tests, validate } = await examined({ [path]: content });
    expect(tests.exit_code).toBe(0);
    const verdict = await validate();
    expect(verdict?.approved).toBe(false);
    expect([...new Set(verdict?.findings.map(({ code }) => code))].toSorted()).toEqual([...codes].toSorted());
    const changed = verdict?.findings.filter(({ code }) => code === 'failing_test_changed') ?? [];
    expect(places(changed)).toEqual(lines);
    expect(changed[0]?.evidence).toMatch(/\d{3} bytes stay/);
  });
});
