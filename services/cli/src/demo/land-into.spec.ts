import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { landInto } from './land-into';

/** Only root can work in a repository of another account. */
const isRoot = process.getuid?.() === 0;
const owner = isRoot
  ? { uid: 54_321, gid: 54_322 }
  : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

const filesBelow = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
];

describe('landInto (with real repositories)', () => {
  let root: string;
  let mine: string;
  let clone: string;
  let base: string;
  let landed: string;

  const git = (where: string, ...args: string[]): string => {
    const safe = ['-c', 'safe.directory=*', '-c', 'user.name=t', '-c', 'user.email=t@t.invalid'];
    return execFileSync('git', ['-C', where, ...safe, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  };
  const giveToOwner = (folder: string): void => {
    for (const path of filesBelow(folder)) chownSync(path, owner.uid, owner.gid);
  };
  const ownersBelow = (folder: string): string[] => [
    ...new Set(
      filesBelow(folder).map((path) => {
        const { uid, gid } = lstatSync(path);
        return `${uid}:${gid}`;
      }),
    ),
  ];

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ymera-landing-')));
    chmodSync(root, 0o755);
    mine = join(root, 'mine');
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', mine]);
    git(mine, 'commit', '--quiet', '--allow-empty', '-m', 'one');
    base = git(mine, 'rev-parse', 'HEAD');
    // A folder that no other account can enter.
    clone = join(mkdtempSync(join(root, 'closed-')), 'clone');
    git(root, 'clone', '--quiet', mine, clone);
    git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    landed = git(clone, 'rev-parse', 'HEAD');
    giveToOwner(mine);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const branchOf = (repository: string): string => git(repository, 'rev-parse', 'refs/heads/ymera/r');

  it('writes nothing but the branch, owned by the repository’s owner', async () => {
    expect(await landInto(mine, clone, 'main', 'r')).toBe('ymera/r');
    expect(branchOf(mine)).toBe(landed);
    expect(git(mine, 'rev-parse', 'main', 'HEAD')).toBe(`${base}\n${base}`);
    expect(git(mine, 'fsck', '--strict')).toBe('');
    expect(ownersBelow(mine)).toEqual([`${owner.uid}:${owner.gid}`]);
  });

  it('writes to a worktree whose owner has committed meanwhile', async () => {
    git(mine, 'commit', '--quiet', '--allow-empty', '-m', 'meanwhile');
    const beside = join(root, 'beside');
    git(mine, 'worktree', 'add', '--quiet', '-b', 'beside', beside);
    giveToOwner(mine);
    giveToOwner(beside);
    await landInto(beside, clone, 'main', 'r');
    expect(branchOf(mine)).toBe(landed);
    expect(ownersBelow(mine)).toEqual([`${owner.uid}:${owner.gid}`]);
  });

  it('writes to a repository below a folder that the owner cannot enter', async () => {
    chmodSync(root, 0o700);
    expect(await landInto(mine, clone, 'main', 'r')).toBe('ymera/r');
    expect(branchOf(mine)).toBe(landed);
    expect(ownersBelow(mine)).toEqual([`${owner.uid}:${owner.gid}`]);
  });

  it('keeps the owner when it fails, and reports git’s reason', async () => {
    git(mine, 'branch', 'ymera');
    giveToOwner(mine);
    await expect(landInto(mine, clone, 'main', 'r')).rejects.toThrow(/cannot lock ref/);
    expect(ownersBelow(mine)).toEqual([`${owner.uid}:${owner.gid}`]);
  });
});
