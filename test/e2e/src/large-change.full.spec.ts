import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot, runNode } from './support/commands';
import { git, Repositories, workingProject } from './support/repositories';

const launcher = join(repositoryRoot, 'deploy/local/run.mjs');
const mebibytes = 10;

/** The main job with a change ten times the size of a message. */
describe('npm run demo with a change of 10 MiB', () => {
  const repositories = new Repositories();
  afterAll(() => repositories.remove());

  it('lands it byte for byte, reports it to the approver, and names the files that were left out', async () => {
    const repo = repositories.create('large', { ...workingProject, '.gitignore': '*.tmp\n' });
    const agent = [
      `node -e 'let x = 1; const b = Buffer.alloc(${mebibytes} << 20); for (let i = 0; i < b.length; i += 1) b[i] = (x = (x * 48271) % 2147483647) >> 8; fs.writeFileSync("data.bin", b)'`,
      'echo left > notes.tmp',
    ].join(' && ');
    const args = [
      'demo',
      '--json',
      '--repo',
      repo,
      '--request',
      'Add the data file',
      '--exec',
      agent,
      '--land',
    ];
    const ended = await runNode([launcher, ...args], process.env, 280_000);
    expect([ended.code, ended.stderr.slice(-2000), ended.stdout.slice(-2000)]).toEqual([
      0,
      expect.anything(),
      expect.anything(),
    ]);
    const result = ended.json();
    expect(result).toMatchObject({ state: 'completed' });
    const codes = result['findings'].map(({ code, file }: { code: string; file?: string }) => [code, file]);
    expect(codes).toEqual(expect.arrayContaining([['large_binary', 'data.bin']]));
    expect(JSON.stringify(result['findings'])).toContain('notes.tmp');

    const landed = execFileSync('git', ['-C', repo, 'show', `${result['landed_branch']}:data.bin`], {
      maxBuffer: 2 * mebibytes * 1024 * 1024,
    });
    let x = 1;
    const expected = Buffer.alloc(mebibytes << 20);
    for (let index = 0; index < expected.length; index += 1)
      expected[index] = (x = (x * 48271) % 2147483647) >> 8;
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(landed)).toBe(digest(expected));
    expect(git(repo, 'ls-tree', '--name-only', result['landed_branch'])).not.toContain('notes.tmp');
  }, 300_000);
});
