import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namedPaths } from './named-paths';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ymera named paths-')));
const tools = join(folder, 'my tools');
const agent = join(tools, 'agent.py');
mkdirSync(tools);
writeFileSync(agent, 'pass\n');
chmodSync(agent, 0o755);
symlinkSync(agent, join(folder, 'linked'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('namedPaths', () => {
  it.each([
    ['in single quotes', `'${agent}' --fast`],
    ['in double quotes', `python3 "${agent}"`],
    ['with escaped spaces', agent.replaceAll(' ', '\\ ')],
    ['in part quoted', `${folder.replaceAll(' ', '\\ ')}/'my tools'/agent.py`],
    ['behind an option', `agent --file='${agent}'`],
    ['for a shell within', `sh -c "'${agent}' --fast"`],
    ['as arguments', ['python3', agent]],
  ])('supports spaces in paths: %s', (_, command) => {
    expect(namedPaths(command)).toEqual([{ path: agent, kind: 'file' }]);
  });

  it('resolves links', () => {
    expect(namedPaths(`'${join(folder, 'linked')}'`).map(({ path }) => path)).toEqual([
      join(folder, 'linked'),
      agent,
    ]);
  });

  it('finds paths in a program given as text', () => {
    expect(namedPaths(`node -e 'require("/etc/hosts")'`)).toEqual([{ path: '/etc/hosts', kind: 'file' }]);
  });

  it('returns an existing path, otherwise the folder that it would be created in', () => {
    expect(namedPaths(`'${tools}/none.py' /`)).toEqual([{ path: tools, kind: 'directory' }]);
    expect(namedPaths(`/tmp/none.py '${tools}/none/none.py' /none`)).toEqual([]);
  });
});
