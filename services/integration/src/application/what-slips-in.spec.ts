import { changeMaterialised, type Finding } from '@ymera/contracts';
import { sha256Hex, uuidv7 } from '@ymera/kernel';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { largeBinaryBytes } from '../domain/change-notices';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  IntegrationEnvironment,
  landOrder,
  limits,
  createCommitOrder,
  rebaseOrder,
} from '../testing/integration-environment';

jest.setTimeout(60_000);

const pointer = (digit: string) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${digit.repeat(64)}\nsize 12345\n`;
const newFile = (path: string, line = 'x') =>
  `diff --git "a/${path}" "b/${path}"\nnew file mode 100644\n--- /dev/null\n+++ "b/${path}"\n@@ -0,0 +1 @@\n+${line}\n`;

describe('CreateCommit policy on the content of a change (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;

  beforeAll(() => {
    source = sampleSource();
    source
      .write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
      .write('assets/logo.bin', pointer('a'))
      .write('assets/wrong.bin', Buffer.from([0, 1, 2, 3]))
      .write('README.md', '# It\n');
    source.commit('second');
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

  const propose = (edit: (at: SourceRepository) => void) => source.propose(edit).patch;
  const createCommit = (patch: string) =>
    environment.createCommit.execute(uuidv7(), createCommitOrder(base, patch));
  async function noticed(patch: string): Promise<readonly Finding[]> {
    const result = await createCommit(patch);
    if (!result?.ok) throw new Error(JSON.stringify(result?.error));
    const [told] = environment.memory.outbox.payloads(changeMaterialised);
    expect(told?.findings ?? []).toEqual(result.value.findings);
    return result.value.findings;
  }
  const short = (found: readonly Finding[]) =>
    found.map(({ code, severity, file }) => `${severity} ${code} ${file ?? ''}`);

  it.each<[string, (at: SourceRepository) => unknown, readonly string[]]>([
    ['no finding', (at) => at.write('src/new.js', 'x\n'), []],
    [
      'a name that differs in case',
      (at) => at.write('src/Unique.js', 'x\n'),
      ['medium case_collision src/Unique.js'],
    ],
    [
      'a folder that differs in case',
      (at) => at.write('SRC/new.js', 'x\n'),
      ['medium case_collision SRC/new.js'],
    ],
    ['a renamed file that differs in case', (at) => at.git('mv', 'README.md', 'Readme.md'), []],
    ['a reserved name', (at) => at.write('src/aux.js', 'x\n'), ['medium windows_name src/aux.js']],
    [
      'a name with a line end',
      (at) => at.write('two\nlines', 'x\n'),
      ['medium invisible_characters two\\u000alines'],
    ],
    [
      'an unknown pointer',
      (at) => at.write('assets/new.bin', pointer('b')),
      ['medium lfs_pointer_unknown assets/new.bin'],
    ],
    ['a pointer that was moved', (at) => at.git('mv', 'assets/logo.bin', 'assets/renamed.bin'), []],
    ['the removal of a pointer', (at) => at.git('rm', '--quiet', 'assets/logo.bin'), []],
    ['an empty file for LFS', (at) => at.write('assets/empty.bin', ''), []],
    [
      'content where the base has content',
      (at) => at.write('assets/wrong.bin', Buffer.from([0, 9])),
      ['medium lfs_content assets/wrong.bin'],
    ],
    [
      'attributes without LFS',
      (at) => at.write('.gitattributes', '* text=auto\n'),
      ['medium lfs_removed assets/logo.bin', 'medium lfs_removed assets/wrong.bin'],
    ],
    [
      'content, with attributes that remove it from LFS',
      (at) => at.write('.gitattributes', '').write('assets/logo.bin', Buffer.from([0, 1])),
      ['medium lfs_removed assets/logo.bin', 'medium lfs_removed assets/wrong.bin'],
    ],
  ])('accepts a change with findings for %s', async (_, edit, expected) => {
    expect(short(await noticed(propose(edit)))).toEqual(expected);
  });

  it.each<[string, (at: SourceRepository) => unknown, string]>([
    [
      'content in place of a pointer',
      (at) => at.write('assets/logo.bin', Buffer.from([0, 1, 2])),
      'assets/logo.bin',
    ],
    ['text in place of a pointer', (at) => at.write('assets/logo.bin', 'version 2\n'), 'assets/logo.bin'],
    [
      'content of a new file for LFS',
      (at) => at.write('deep/new.bin', Buffer.from([0, 1, 2])),
      'deep/new.bin',
    ],
    [
      'content of a file that the change puts into LFS',
      (at) => at.write('.gitattributes', '*.bin filter=lfs\n*.dat filter=lfs\n').write('new.dat', 'x\n'),
      'new.dat',
    ],
  ])('rejects %s as lfs_content, with a suggestion', async (_, edit, file) => {
    expect(await createCommit(propose((at) => void edit(at)))).toMatchObject({
      ok: false,
      error: {
        failure: { code: 'lfs_content', suggestion: expect.stringContaining('pointer') },
        findings: [{ code: 'lfs_content', severity: 'high', file }],
      },
    });
  });

  it.each([
    ['a name of 256 bytes', newFile(`src/${'x'.repeat(256)}`), 'path_too_long'],
    ['a path that Windows reads as .git', newFile('src/git~1/config'), 'change_outside'],
    ['a path that macOS reads as .git', newFile('.g\u200cit/config'), 'change_outside'],
    ['.gitmodules in capitals', newFile('.GITMODULES'), 'submodule_refused'],
    ['a folder for .git with a dot', newFile('.git./config'), 'change_outside'],
  ])('refuses %s', async (_, patch, code) => {
    expect(await createCommit(patch)).toMatchObject({ ok: false, error: { failure: { code } } });
  });

  it('names the limit and its variable in a refusal', async () => {
    const many = Array.from({ length: limits.maxFiles + 1 }, (_, index) => newFile(`n/${index}`)).join('');
    const messages: (string | undefined)[] = [];
    for (const patch of [
      many,
      propose((at) => at.write('big.txt', 'x\n'.repeat(500_001))),
      'x'.repeat(3_000_001),
    ]) {
      const result = await createCommit(patch);
      messages.push(result?.ok === false ? result.error.failure.message : undefined);
    }
    expect(messages).toEqual([
      'The change touches 51 files; the limit is 50 (YMERA_CHANGE_MAX_FILES).',
      'The changed files have 1000002 bytes; the limit is 1000000 (YMERA_CHANGE_MAX_BYTES).',
      'The patch has 3000001 bytes; the limit is 3000000 (YMERA_CHANGE_MAX_PATCH_BYTES).',
    ]);
  });

  it('reports the same findings for a rebased change', async () => {
    const change = await environment.committed(
      createCommitOrder(
        base,
        propose((at) => at.write('src/Unique.js', 'x\n')),
      ),
    );
    const first = await environment.committed(
      createCommitOrder(
        base,
        propose((at) => at.write('other', 'x\n')),
      ),
    );
    await environment.land.execute(uuidv7(), landOrder(first));
    environment.memory.outbox.messages.length = 0;
    const rebased = await environment.rebase.execute(uuidv7(), rebaseOrder(change, first.commit));
    expect(rebased).toMatchObject({ ok: true });
    expect(environment.memory.outbox.payloads(changeMaterialised)[0]?.findings).toEqual(change.findings);
    expect(short(change.findings)).toEqual(['medium case_collision src/Unique.js']);
  });

  describe('a patch as an artefact', () => {
    const put = async (patch: string | Buffer) => {
      const bytes = Buffer.from(patch);
      const digest = sha256Hex(bytes);
      await environment.artefacts.put(digest, Readable.from([bytes]));
      return { base, digest: `sha256:${digest}`, size_bytes: bytes.length };
    };
    const execute = (
      change: ReturnType<typeof createCommitOrder>['change'],
      use = environment.createCommit,
    ) => use.execute(uuidv7(), { ...createCommitOrder(base, 'x'), change });

    it('gives the same change as an inline patch', async () => {
      const { patch, tree } = source.propose((at) => at.write('a.dat', randomBytes(400_000)));
      const change = await put(patch);
      expect(await execute(change)).toMatchObject({
        ok: true,
        value: { tree, files: 1, patchDigest: change.digest },
      });
    });

    it('accepts a large binary file with a finding', async () => {
      const wide = new IntegrationEnvironment({ ...limits, maxBytes: 20_000_000, maxPatchBytes: 20_000_000 });
      await wide.registered(source);
      const content = Buffer.alloc(largeBinaryBytes);
      const { patch } = source.propose((at) =>
        at.write('a.dat', content).write('b.txt', 'x\n'.repeat(3_000_000)),
      );
      const made = await wide.committed(createCommitOrder(base, patch));
      expect(short(made.findings)).toEqual(['medium large_binary a.dat']);
      wide.remove();
    });

    it('is rejected when it is not stored, has another size, or is no patch', async () => {
      const kept = await put('I could not do it.\n');
      const codes = [];
      for (const change of [
        { ...kept, digest: `sha256:${'0'.repeat(64)}` },
        { ...kept, size_bytes: kept.size_bytes + 1 },
        { ...kept, size_bytes: limits.maxPatchBytes + 1 },
        kept,
      ]) {
        const result = await execute(change);
        codes.push(result?.ok === false ? result.error.failure.code : 'ok');
      }
      expect(codes).toEqual([
        'artefact_not_found',
        'artefact_not_found',
        'change_too_large',
        'patch_invalid',
      ]);
    });
  });
});
