import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { findHostNode } from './host-node';

const folder = mkdtempSync(join(tmpdir(), 'ymera-host-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a `node`; a text is a shell script. */
function place(name: string, node: string | { readonly link: string }): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (typeof node === 'string') {
    writeFileSync(join(path, 'node'), `#!/bin/sh\n${node}\n`);
    chmodSync(join(path, 'node'), 0o755);
  } else symlinkSync(node.link, join(path, 'node'));
  return path;
}

/** The system's PATH, which a test run under npm would not use otherwise. */
const systemNode = realpathSync(
  execFileSync('node', ['-p', 'process.execPath'], {
    encoding: 'utf8',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  }).trim(),
);

describe('findHostNode', () => {
  const packaged = place('checkout/node_modules/.bin', { link: process.execPath });
  const shims = place('shims', `exec ${systemNode} "$@"`);

  it('returns the person’s node, not that of a package that npm puts in front', () => {
    expect(findHostNode([packaged, dirname(systemNode)], process.execPath).binaries).toBe(
      dirname(systemNode),
    );
  });

  it('returns the node that a version manager’s script starts', () => {
    expect(findHostNode([shims], '/nowhere').binaries).toBe(dirname(systemNode));
  });

  it('skips a node that does not run', () => {
    const broken = place('broken', 'exit 1');
    expect(findHostNode([broken, shims], '/nowhere').binaries).toBe(dirname(systemNode));
  });

  it('returns the runner’s own node when the path has none', () => {
    const own = realpathSync(process.execPath);
    expect(findHostNode([packaged], own).binaries).toBe(dirname(own));
  });

  it('returns the node and npm that a project’s tests use', async () => {
    const fixture = new SandboxFixture([], [packaged, shims]);
    const outcome = await fixture.run('node -p process.execPath; npm --version', { profile: 'project' });
    fixture.close();
    expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${systemNode}\n`) });
  });
});
