import { changeMaterialised, changeRefused } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { readdirSync } from 'node:fs';
import { changeIdOf } from '../domain/change';
import { deltaBomb } from '../testing/binary-patch';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import { IntegrationEnvironment, limits, createCommitOrder } from '../testing/integration-environment';

const newFile = (path: string, mode = '100644', line = 'x') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n\\ No newline at end of file\n`;
const replaced = (path: string, mode: string, target: string) =>
  `diff --git a/${path} b/${path}\ndeleted file mode 100644\n--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n${newFile(path, mode, target)}`;

// Each git command is a process.
jest.setTimeout(30_000);

describe('CreateCommit (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;

  beforeAll(() => {
    source = sampleSource();
    source.write('one.txt', 'one\n').write('big.bin', Buffer.alloc(1 << 20, 1));
    source.link('x/inner', '../src').link('old', '/opt/elsewhere').link('tricky', 'y/up/../src');
    source.write('y/keep', '').commit('second');
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    environment = new IntegrationEnvironment();
    base = await environment.registered(source);
    environment.memory.outbox.messages.length = 0;
  });
  afterEach(() => {
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    environment.remove();
  });

  const refs = () => environment.in('sample', 'for-each-ref', '--format=%(refname) %(objectname)');

  it('creates a commit on no branch, records it and publishes an event', async () => {
    const { patch, tree } = source.propose((at) =>
      at.write('src/unique.js', 'exports.unique = (xs) => [...new Set(xs)];\n'),
    );
    const order = createCommitOrder(base, patch);
    const change = await environment.committed(order);
    expect(change).toMatchObject({
      base,
      tree,
      files: 1,
      state: 'materialised',
      version: 1,
      agentId: 'enhancer-1',
    });
    expect(change.changeId).toBe(changeIdOf(order.task_id, 1));
    expect(await refs()).toBe(
      `refs/heads/main ${base}\nrefs/ymera/changes/${change.changeId} ${change.commit}`,
    );
    expect(environment.memory.outbox.payloads(changeMaterialised)).toEqual([
      expect.objectContaining({ change_id: change.changeId, commit: change.commit, tree, files: 1 }),
    ]);
    const shown = await environment.getChange.execute({ change_id: change.changeId });
    expect(shown).toMatchObject({ value: { files: [{ path: 'src/unique.js', added: 1, removed: 1 }] } });
    expect(shown.ok && shown.value.diff).toContain('+exports.unique = (xs) => [...new Set(xs)];');
  });

  it.each<[string, () => string, string, readonly string[]]>([
    ['a path above the root', () => newFile('../up.txt'), 'change_outside', ['../up.txt']],
    ['an absolute path', () => newFile('/etc/x'), 'change_outside', ['/etc/x']],
    ['a path into .git', () => newFile('.git/hooks/pre-commit'), 'change_outside', ['.git/hooks/pre-commit']],
    ['a path into a nested .git', () => newFile('src/.git/config'), 'change_outside', ['src/.git/config']],
    ['a file below a link', () => newFile('x/inner/a.js'), 'change_outside', ['x/inner/a.js']],
    ['a link above the root', () => newFile('src/l', '120000', '../../x'), 'change_outside', ['src/l']],
    ['an absolute link', () => newFile('l', '120000', '/etc/passwd'), 'change_outside', ['l']],
    ['a link into .git', () => newFile('l', '120000', '.git/config'), 'change_outside', ['l']],
    ['a link out through another', () => newFile('l', '120000', 'x/inner/../../up'), 'change_outside', ['l']],
    [
      'a link that makes an old one point outside',
      () => newFile('y/up', '120000', '..'),
      'change_outside',
      ['tricky'],
    ],
    ['a file that becomes a link', () => replaced('one.txt', '120000', 'src'), 'mode_refused', ['one.txt']],
    [
      'a submodule',
      () => newFile('sub', '160000', `Subproject commit ${'1'.repeat(40)}`),
      'submodule_refused',
      ['sub'],
    ],
    ['.gitmodules', () => newFile('.gitmodules'), 'submodule_refused', ['.gitmodules']],
    ['no patch', () => 'I could not do it.\n', 'patch_invalid', []],
    ['white space', () => ' \n', 'change_empty', []],
    [
      'a hunk that does not apply',
      () => 'diff --git a/one.txt b/one.txt\n--- a/one.txt\n+++ b/one.txt\n@@ -1 +1 @@\n-two\n+x\n',
      'patch_invalid',
      ['one.txt'],
    ],
    [
      'a change that changes nothing',
      () => 'diff --git a/one.txt b/one.txt\n--- a/one.txt\n+++ b/one.txt\n@@ -1 +1 @@\n-one\n+one\n',
      'change_empty',
      [],
    ],
    [
      'too many files',
      () => Array.from({ length: limits.maxFiles + 1 }, (_, index) => newFile(`n/${index}`)).join(''),
      'change_too_large',
      [],
    ],
    [
      'too many bytes out of a small patch',
      () => source.propose((at) => at.write('zeros', Buffer.alloc(limits.maxBytes + 1))).patch,
      'change_too_large',
      ['zeros'],
    ],
    [
      'more bytes than the memory limit',
      () => deltaBomb('big.bin', source.git('rev-parse', 'HEAD:big.bin'), 1 << 20, 4096),
      'change_too_large',
      [],
    ],
  ])('rejects %s with code and file, and leaves the repository unchanged', async (_, patch, code, files) => {
    const before = await environment.in('sample', 'count-objects', '-v');
    const result = await environment.createCommit.execute(uuidv7(), createCommitOrder(base, patch()));
    expect(result).toMatchObject({ ok: false, error: { failure: { code } } });
    const [event] = environment.memory.outbox.payloads(changeRefused);
    expect(event?.error).toMatchObject({ code, retryable: false, suggestion: expect.any(String) as string });
    expect(event?.findings.map(({ file }) => file)).toEqual(files);
    expect(environment.memory.state.changes.size).toBe(0);
    expect(await refs()).toBe(`refs/heads/main ${base}`);
    expect(await environment.in('sample', 'count-objects', '-v')).toBe(before);
  });

  it('rejects another base than that of the task, an unknown base, and an unknown project', async () => {
    const { patch } = source.propose((at) => at.write('a', 'a\n'));
    const stranger = '1'.repeat(40);
    const codes = [];
    for (const order of [
      createCommitOrder(base, patch, { change: { base: stranger, patch } }),
      createCommitOrder(stranger, patch),
      createCommitOrder(base, patch, { project_id: 'other' }),
    ]) {
      const result = await environment.createCommit.execute(uuidv7(), order);
      codes.push(result?.ok === false ? result.error.failure.code : 'ok');
    }
    expect(codes).toEqual(['base_mismatch', 'base_unknown', 'project_not_found']);
  });

  it('creates a commit on top of another change', async () => {
    const first = await environment.committed(
      createCommitOrder(base, source.propose((at) => at.write('a', 'a\n')).patch),
    );
    const second = await environment.committed(
      createCommitOrder(first.commit, source.propose((at) => at.write('b', 'b\n')).patch),
    );
    expect(await environment.in('sample', 'rev-parse', `${second.commit}^`)).toBe(first.commit);
  });

  it('ignores a redelivered message', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('a', 'a\n')).patch);
    const id = uuidv7();
    await environment.createCommit.execute(id, order);
    expect(await environment.createCommit.execute(id, order)).toBeUndefined();
    expect(environment.memory.outbox.messages).toHaveLength(1);
  });

  it('creates the same commit on redelivery after it died before the transaction committed', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('a', 'a\n')).patch);
    const id = uuidv7();
    environment.diesBeforeCommit = true;
    await expect(environment.createCommit.execute(id, order)).rejects.toThrow('died');
    const kept = await environment.in(
      'sample',
      'rev-parse',
      `refs/ymera/changes/${changeIdOf(order.task_id, 1)}`,
    );
    expect(environment.memory.state.changes.size).toBe(0);
    environment.diesBeforeCommit = false;
    expect(await environment.createCommit.execute(id, order)).toMatchObject({
      ok: true,
      value: { commit: kept },
    });
    expect(environment.memory.outbox.messages).toHaveLength(1);
  });

  it('answers a second order for the same attempt with the first answer, whatever its content', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('a', 'a\n')).patch);
    const first = await environment.committed(order);
    const swapped = { ...order, change: { base, patch: source.propose((at) => at.write('b', 'b\n')).patch } };
    expect(await environment.committed(swapped)).toEqual(first);
    expect(await environment.committed({ ...order, change: { base, patch: 'nonsense' } })).toEqual(first);
    const told = environment.memory.outbox.messages;
    expect(told.map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 1, 1]);
    expect(new Set(told.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
  });

  it('creates another change for another attempt', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('a', 'a\n')).patch);
    const first = await environment.committed(order);
    const second = await environment.committed({ ...order, attempt: 2 });
    expect(second.changeId).not.toBe(first.changeId);
    expect(second.commit).not.toBe(first.commit);
    expect(second.tree).toBe(first.tree);
  });
});
