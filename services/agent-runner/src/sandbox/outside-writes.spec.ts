import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { BubblewrapSandbox } from './bubblewrap-sandbox';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;
const fixture = new SandboxFixture();
afterAll(() => fixture.close());

describe('a command run', () => {
  const outside = join(fixture.folder, 'beside');
  const beyond = join(fixture.folder, 'beyond');
  const canary = join(tmpdir(), `ymera-canary-${process.pid}`);
  mkdirSync(beyond);
  writeFileSync(canary, 'kept');
  afterAll(() => rmSync(canary));

  it.each([
    ['a system file', 'echo x >> /etc/hosts', '/etc/hosts'],
    ['a new system file', 'echo x > /etc/ymera-escape', '/etc/ymera-escape'],
    ['the folder above', 'echo x > ../ymera-escape', '../ymera-escape'],
    ['the root', 'echo x > /ymera-escape', '/ymera-escape'],
    ['its home', 'echo x > ~/ymera-escape', '~/ymera-escape'],
    ['/tmp', 'mkdir /tmp/ymera-escape; echo x > /tmp/ymera-escape/x', '/tmp/ymera-escape'],
    ['/var/tmp', 'echo x > /var/tmp/ymera-escape', '/var/tmp/ymera-escape'],
    ['shared memory', 'echo x > /dev/shm/ymera-escape', '/dev/shm/ymera-escape'],
    ['a file beside a named one', `echo x > ${outside}/leak`, `${outside}/leak`],
    ['a link that leaves', `ln -s ${outside} link; echo x > link/leak; rm link`, `${outside}/leak`],
    ['a removal', `rm ${outside}/precious`, `${outside}/precious`],
    ['a new file in a folder that is named nowhere else', `echo x > ${beyond}/leak`, `${beyond}/leak`],
    ['a named file in /tmp itself', `echo x >> ${canary}`, canary],
    [
      'anything, and fills the disk',
      'echo x > /tmp/ymera-escape; cat /dev/zero > $TMPDIR/full; true',
      '/tmp/ymera-escape',
    ],
  ])('that writes to %s is detected and changes nothing', async (_, command, path) => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'precious'), 'kept');
    const hosts = readFileSync('/etc/hosts', 'utf8');
    const outcome = await fixture.run(`ls ${outside} > /dev/null; ${command}`);
    expect(outcome.outsideWrites).toEqual([path]);
    expect(readFileSync('/etc/hosts', 'utf8')).toBe(hosts);
    expect(readdirSync(outside)).toEqual(['precious']);
    expect(readdirSync(beyond)).toEqual([]);
    expect(readFileSync(canary, 'utf8')).toBe('kept');
    for (const place of ['/etc', '/', '/tmp', '/var/tmp', '/dev/shm', fixture.folder]) {
      expect(existsSync(join(place, 'ymera-escape'))).toBe(false);
    }
  });

  it('may read, and keep its own state in its home and temporary folder', async () => {
    const outcome = await fixture.run(
      'cat /etc/hosts > copy; exec 3<>/etc/hosts 3>&-; mkdir ~/.cache; echo x > ~/.cache/x; mktemp > made; cat made',
    );
    expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [] });
    expect(outcome.stdout).toContain('/ymera/tmp/');
  });

  it('sees the user database with its own user in it, and a change of it is detected', async () => {
    const outcome = await fixture.run(
      "id -un; python3 -c \"open('/etc/passwd', 'r+').close()\" 2>/dev/null; true",
    );
    expect(outcome.outsideWrites).toEqual([]);
    if (!isRoot) return;
    expect(outcome.stdout).toBe('ymera\n');
    for (const command of ['echo x >> /etc/passwd', 'rm /etc/passwd'])
      expect(await fixture.run(command)).toMatchObject({ exitCode: 0, outsideWrites: ['/etc/passwd'] });
  });

  it('is detected when it replaces a link by its target', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'real'), 'kept', { mode: 0o777 });
    symlinkSync('real', join(outside, 'link'));
    const outcome = await fixture.run(`cd ${outside}; rm link; cp real link; chmod 777 link`);
    expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [join(outside, 'link')] });
    rmSync(outside, { recursive: true });
  });

  it('may be Python or Java, which leave state files', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'word.py'), 'word = "found"');
    writeFileSync(join(outside, 'agent.py'), 'import word; print(word.word)');
    const outcome = await fixture.run(`python3 ${outside}/agent.py; mkdir /tmp/hsperfdata_ymera`);
    expect(outcome).toMatchObject({ stdout: 'found\n', outsideWrites: [] });
    rmSync(outside, { recursive: true });
  });

  it('that changes permissions of a file is detected and changes nothing', async () => {
    mkdirSync(outside, { recursive: true });
    for (const name of ['changed', 'touched']) {
      writeFileSync(join(outside, name), 'kept', { mode: 0o644 });
      const { owner } = fixture.bubblewrap;
      if (owner) chownSync(join(outside, name), owner.uid, owner.gid);
    }
    const outcome = await fixture.run(
      `cd ${outside}; touch touched; chmod 644 touched; exec 3<>touched 3>&-; chmod 666 changed`,
    );
    expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [join(outside, 'changed')] });
    expect(statSync(join(outside, 'changed')).mode & 0o777).toBe(0o644);
    for (const name of ['changed', 'touched']) rmSync(join(outside, name));
  });

  describe('that changes a folder', () => {
    /** A folder in which a file stays, and one with a file that goes and an empty folder. */
    function plant(folder: string): void {
      mkdirSync(join(folder, '.config/empty'), { recursive: true, mode: 0o755 });
      for (const name of ['kept', '.config/gone']) writeFileSync(join(folder, name), name);
      const { owner } = fixture.bubblewrap;
      for (const name of ['..', '', '.config', '.config/empty', 'kept', '.config/gone'])
        if (owner) chownSync(join(folder, name), owner.uid, owner.gid);
    }

    const tree = join(outside, 'tree');
    beforeEach(() => plant(tree));
    afterEach(() => rmSync(outside, { recursive: true }));

    it.each([
      ['replaces it by an empty one', 'rm -rf tree/.config; mkdir tree/.config', ['tree/.config']],
      ['replaces it by one with other contents', 'rm -rf tree; mkdir tree; echo kept > tree/new', ['tree']],
      [
        'replaces it by a part of itself',
        'cp -a tree t; rm -rf tree; mv t tree; rm tree/.config/gone',
        ['tree/.config'],
      ],
      ['moves it', 'mv tree moved', ['moved', 'tree']],
      ['lets others write in it', 'chmod 777 tree/.config/empty', ['tree/.config/empty']],
      ['closes it', 'chmod 700 tree', ['tree']],
      ['changes the one that its command names', 'chmod 777 .', ['.']],
    ])('and %s is detected and changes nothing', async (_, command, paths) => {
      const listing = () => readdirSync(tree, { recursive: true }).sort();
      const before = listing();
      const outcome = await fixture.run(`cd ${outside}; ${command}`);
      expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: paths.map((path) => join(outside, path)) });
      expect(listing()).toEqual(before);
      for (const folder of ['', '.config', '.config/empty'])
        expect(statSync(join(tree, folder)).mode & 0o777).toBe(0o755);
    });

    it('and restores it is not reported', async () => {
      const outcome = await fixture.run(
        `cd ${outside}; cp -a tree copy; rm -rf tree; mv copy tree; chmod 700 tree; chmod 755 tree`,
      );
      expect(outcome).toMatchObject({ exitCode: 0, outsideWrites: [] });
    });

    it('beside a secret is reported for that only', async () => {
      const beside = join('/var/lib', `ymera-test-${process.pid}`, 'tree');
      plant(beside);
      const hiding = new BubblewrapSandbox({
        scratchFolder: fixture.scratchFolder,
        hostNode: fixture.hostNode,
        hidden: [join(beside, '.config/gone')],
      });
      const run = (command: string) =>
        hiding.run({ profile: 'command', command, workspace: fixture.workspace, timeoutMs: 10_000 });
      const open = 'ls -A .config; chmod 711 .config/empty';
      const changed = await run(`cd ${beside}; ${open}`);
      const restored = await run(`cd ${beside}; ${open}; chmod 755 .config/empty`);
      rmSync(join(beside, '..'), { recursive: true });
      expect(changed).toMatchObject({
        stdout: 'empty\n',
        outsideWrites: [join(beside, '.config/empty')],
      });
      expect(restored).toMatchObject({ stdout: 'empty\n', outsideWrites: [] });
    });
  });

  it('sees the paths of its own command line below a private /tmp', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'agent.mjs'), 'import { word } from "./word.mjs"; console.log(word);');
    writeFileSync(join(outside, 'word.mjs'), 'export const word = "found";');
    const outcome = await fixture.run(`node ${join(outside, 'agent.mjs')}; ls /tmp | wc -l`);
    expect(outcome).toMatchObject({ stdout: 'found\n1\n', outsideWrites: [] });
  });

  it('does not see the platform’s folders, keys and password hashes, named or not', async () => {
    const state = join('/var/lib', `ymera-test-${process.pid}`);
    mkdirSync(state);
    writeFileSync(join(state, 'secret'), 'secret');
    const hiding = new BubblewrapSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [state],
    });
    const outcome = await hiding.run({
      profile: 'command',
      command: `cat ${state}/secret /etc/shadow; ls -d ${state}; ls -d ~/.ssh /root/.ssh`,
      workspace: fixture.workspace,
      timeoutMs: 10_000,
    });
    rmSync(state, { recursive: true });
    expect(outcome.stdout).toBe('');
    expect(outcome.outsideWrites).toEqual([]);
  });
});
