import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtTools } from '../testing/built-tools';
import { SandboxFixture } from '../testing/sandbox-fixture';

jest.setTimeout(30_000);

const fixture = new SandboxFixture();
const serviceHome = join('/var/lib', `ymera-home-${process.pid}`);
afterAll(() => {
  fixture.close();
  for (const path of [serviceHome, `${serviceHome}-link`]) rmSync(path, { recursive: true, force: true });
});

/** The output of a command run in a runner with that home: Node asks the system for it, so it is a separate process. */
function saidAt(home: string, command: string): string {
  const options = { scratchFolder: fixture.scratchFolder, hostNode: fixture.hostNode, hidden: [] };
  const run = { profile: 'command', command, workspace: fixture.workspace, timeoutMs: 10_000 };
  const script = `
    const { BubblewrapSandbox } = require(${JSON.stringify(join(builtTools(), '../sandbox/bubblewrap-sandbox.js'))});
    void new BubblewrapSandbox(${JSON.stringify(options)}).run(${JSON.stringify(run)}).then((outcome) => {
      process.stdout.write(outcome.stdout + outcome.outsideWrites.join());
    });`;
  const env = { ...process.env, HOME: home };
  return execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
}

function withKey(home: string): string {
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh/id_rsa'), 'secret');
  writeFileSync(join(home, 'note'), 'note');
  return home;
}

describe('the secrets of the runner’s own home', () => {
  it.each([
    ['of a service', serviceHome],
    ['below a private /tmp', join(fixture.folder, 'home')],
  ])('are hidden in a home %s, named or not', (_, home) => {
    const command = `cat ${home}/note; cat ${home}/.ssh/id_rsa; cd ${home}; ls -A .ssh`;
    expect(saidAt(withKey(home), command)).toBe('note');
  });

  it('are hidden under the home’s real path too, where it is a link', () => {
    const link = `${serviceHome}-link`;
    symlinkSync(withKey(serviceHome), link);
    const command = `cat ${link}/note ${link}/.ssh/id_rsa ${serviceHome}/.ssh/id_rsa`;
    expect(saidAt(link, command)).toBe('note');
  });

  it.each(['/', '/tmp', fixture.folder])('in %s do not hide the working copy and a named program', (home) => {
    const folder = join(fixture.folder, 'program');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'agent.mjs'), 'import { word } from "./word.mjs"; console.log(word);');
    writeFileSync(join(folder, 'word.mjs'), 'export const word = "found";');
    expect(saidAt(home, `node ${join(folder, 'agent.mjs')}; echo x > own; cat own; rm own`)).toBe(
      'found\nx\n',
    );
  });
});
