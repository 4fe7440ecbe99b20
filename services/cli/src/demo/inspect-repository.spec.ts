import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dirtyFilesOf, inspectRepository } from './inspect-repository';
import { landInto } from './land-into';

describe('inspectRepository', () => {
  let folder: string;
  let path: string;
  let ran: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ymera-inspect-')));
    path = join(folder, 'repository');
    ran = join(folder, 'ran');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const git = (where: string, ...args: string[]): string =>
    execFileSync('git', ['-C', where, '-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  const repository = (where = path): string => {
    mkdirSync(where, { recursive: true });
    git(where, 'init', '--quiet', '--initial-branch=main');
    writeFileSync(join(where, 'a.js'), '1\n');
    git(where, 'add', '.');
    git(where, 'commit', '--quiet', '-m', 'one');
    return where;
  };
  /** Git for the shell, leaving a trace. */
  const program = (): string => `touch '${ran}'; false`;
  const hasRun = (): boolean => existsSync(ran);

  describe('runs no program that it names', () => {
    it.each(['clean', 'process'])('to filter files (%s), and still sees what is changed', async (kind) => {
      repository();
      writeFileSync(join(path, '.gitattributes'), '*.js filter=Own.driver=1\n');
      git(path, 'config', `filter.Own.driver=1.${kind}`, program());
      git(path, 'config', 'filter.Own.driver=1.required', 'true');
      writeFileSync(join(path, 'a.js'), '2\n');
      const { dirtyFiles } = await inspectRepository(path);
      expect([hasRun(), dirtyFiles]).toEqual([false, ['a.js', '.gitattributes']]);
    });

    it.each([
      ['filter..clean', ''],
      ['filter..process', ''],
      // To git, too, it belongs to no filter.
      ['filter.clean', 'clean'],
    ])('to filter files, where the filter has no name (%s)', async (key, driver) => {
      repository();
      writeFileSync(join(path, '.gitattributes'), `*.js filter=${driver}\n`);
      git(path, 'config', key, program());
      writeFileSync(join(path, 'a.js'), '2\n');
      const { dirtyFiles } = await inspectRepository(path);
      expect([hasRun(), dirtyFiles]).toEqual([false, ['a.js', '.gitattributes']]);
    });

    it('in an included file, or of a submodule', async () => {
      const inner = repository(join(folder, 'inner'));
      repository();
      git(path, '-c', 'protocol.file.allow=always', 'submodule', 'add', inner, 'part');
      git(path, 'commit', '--quiet', '-m', 'two');
      const part = join(path, 'part');
      writeFileSync(join(part, '.gitattributes'), '*.js filter=own\n');
      git(part, 'config', 'filter.own.clean', program());
      writeFileSync(join(part, 'a.js'), '2\n');
      writeFileSync(join(path, '.gitattributes'), '*.js filter=other\n');
      writeFileSync(join(folder, 'more'), `[filter "other"]\n\tclean = "${program()}"\n`);
      git(path, 'config', 'include.path', join(folder, 'more'));
      writeFileSync(join(path, 'a.js'), '2\n');
      const { dirtyFiles } = await inspectRepository(path);
      expect([hasRun(), dirtyFiles]).toEqual([false, ['a.js', '.gitattributes']]);
    });

    it('to watch its files', async () => {
      repository();
      git(path, 'config', 'core.fsmonitor', program());
      await inspectRepository(path);
      expect(hasRun()).toBe(false);
    });

    it('to fetch what a partial clone lacks', async () => {
      const source = repository(join(folder, 'source'));
      git(source, 'config', 'uploadpack.allowFilter', 'true');
      git(folder, 'clone', '--quiet', '--no-checkout', '--filter=tree:0', `file://${source}`, path);
      git(path, 'config', 'remote.origin.uploadpack', program());
      await expect(inspectRepository(path)).rejects.toMatchObject({ code: 'repo_unreadable' });
      expect(hasRun()).toBe(false);
    });

    it('while a result is fetched into it', async () => {
      const clone = join(folder, 'clone.git');
      repository(join(folder, 'landed'));
      git(folder, 'clone', '--quiet', '--bare', 'landed', clone);
      writeFileSync(join(folder, 'landed', 'b.js'), '1\n');
      repository();
      git(join(folder, 'landed'), 'repack', '-adq');
      writeFileSync(join(path, '.git/objects/info/alternates'), join(folder, 'landed/.git/objects'));
      git(path, 'config', 'core.alternateRefsCommand', program());
      git(path, 'config', 'core.sshCommand', program());
      git(path, 'config', 'core.hooksPath', join(folder, 'hooks'));
      mkdirSync(join(folder, 'hooks'));
      writeFileSync(join(folder, 'hooks/reference-transaction'), `#!/bin/sh\n${program()}\n`, {
        mode: 0o755,
      });
      const branch = await landInto(path, clone, 'main', '1');
      expect([hasRun(), branch, git(path, 'rev-parse', branch)]).toEqual([
        false,
        'ymera/1',
        git(clone, 'rev-parse', 'main'),
      ]);
    });

    it('as another way to the result', async () => {
      const clone = repository(join(folder, 'landed'));
      repository();
      git(path, 'config', `url.ext::sh -c touch% ${ran}% .insteadOf`, clone);
      git(path, 'config', 'protocol.ext.allow', 'always');
      await expect(landInto(path, clone, 'main', '1')).rejects.toThrow(/not allowed/);
      expect(hasRun()).toBe(false);
    });
  });

  describe('ignored files', () => {
    const { GIT_CONFIG_GLOBAL: before } = process.env;
    afterEach(() => {
      if (before === undefined) delete process.env['GIT_CONFIG_GLOBAL'];
      else process.env['GIT_CONFIG_GLOBAL'] = before;
    });
    const ignoring = (pattern: string): string => {
      const file = join(folder, `ignore-${pattern}`);
      writeFileSync(file, `${pattern}\n`);
      return file;
    };

    it('include those that the person’s own configuration ignores everywhere', async () => {
      repository();
      process.env['GIT_CONFIG_GLOBAL'] = join(folder, 'global');
      writeFileSync(join(folder, 'global'), `[core]\n\texcludesFile = ${ignoring('mine')}\n`);
      writeFileSync(join(path, 'mine'), '');
      writeFileSync(join(path, 'theirs'), '');
      expect((await inspectRepository(path)).dirtyFiles).toEqual(['theirs']);
      git(path, 'config', 'core.excludesFile', ignoring('theirs'));
      expect((await inspectRepository(path)).dirtyFiles).toEqual(['mine']);
    });
  });

  describe('reports what is wrong', () => {
    const refusal = async (where = path): Promise<unknown> =>
      inspectRepository(where).catch((error: unknown) => error);

    it('nothing there, a file, a folder that is no repository: repo_not_found', async () => {
      expect(await refusal()).toMatchObject({
        code: 'repo_not_found',
        suggestion: 'Give --repo the path of a repository that has at least one commit.',
      });
      writeFileSync(path, '');
      expect(await refusal()).toMatchObject({ code: 'repo_not_found' });
      rmSync(path);
      mkdirSync(path);
      expect(await refusal()).toMatchObject({ code: 'repo_not_found' });
    });

    it('no commit yet: repo_empty', async () => {
      mkdirSync(path);
      git(path, 'init', '--quiet');
      expect(await refusal()).toMatchObject({
        code: 'repo_empty',
        message: `${path} has no commit yet.`,
        suggestion: 'Commit something first.',
      });
    });

    it('anything else: repo_unreadable, in git’s words', async () => {
      repository();
      appendFileSync(join(path, '.git/config'), '[broken\n');
      expect(await refusal()).toMatchObject({
        code: 'repo_unreadable',
        message: expect.stringMatching(/cannot be read: fatal: bad config line \d+ in file .*config/),
      });
    });

    it('a branch whose commit is missing is not reported as an empty repository', async () => {
      repository();
      rmSync(join(path, '.git/objects'), { recursive: true });
      mkdirSync(join(path, '.git/objects'));
      expect(await refusal()).toMatchObject({ code: 'repo_unreadable' });
      git(path, 'config', 'core.bare', 'true');
      expect(await refusal(join(path, '.git'))).toMatchObject({ code: 'repo_unreadable' });
    });
  });
});

describe('dirtyFilesOf', () => {
  it('names a renamed file once, by its new path', () => {
    expect(dirtyFilesOf('R  new.js\0old.js\0 M b.js\0?? c d.js\0')).toEqual(['new.js', 'b.js', 'c d.js']);
  });
});
