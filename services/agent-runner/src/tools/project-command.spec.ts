import { ok } from '@ymera/kernel';
import { projectCommand, withoutPackageManager } from './project-command';

const manifest = JSON.stringify({
  scripts: {
    test: 'node --test',
    bench: 'node bench.mjs',
    'test:unit': 'jest',
    pretest: 'build',
    posttest: '',
    build: 'tsc',
  },
});
const direct = (body: string) => `PATH="$PWD/node_modules/.bin:$PATH"; export PATH; ${body}`;

describe('a package script', () => {
  it.each([
    ['npm run bench', direct('node bench.mjs')],
    ['npm run --silent bench', direct('node bench.mjs')],
    ['pnpm bench', direct('node bench.mjs')],
    ['yarn run test:unit', direct('jest')],
  ])('runs without its package manager: %s', (command, expected) => {
    expect(withoutPackageManager(command, manifest)).toBe(expected);
  });

  it.each([
    ['with steps before or after it', 'npm test'],
    ['that does not exist', 'npm run other'],
    ['with arguments', 'npm run bench -- --fast'],
    ['that is no script', 'npm install'],
    ['in a longer command', 'npm run bench && true'],
    ['of no manager', 'make bench'],
  ])('runs by its package manager: %s', (_, command) => {
    expect(withoutPackageManager(command, manifest)).toBe(command);
  });

  it('is not resolved without a readable manifest', () => {
    expect(withoutPackageManager('npm run bench', undefined)).toBe('npm run bench');
    expect(withoutPackageManager('npm run bench', '{')).toBe('npm run bench');
  });

  it('runs after its build', async () => {
    const workspace = { committedFile: () => Promise.resolve(ok(manifest)) };
    expect(await projectCommand('node --test dist', workspace, 'npm run build')).toEqual(
      ok(`( ${direct('tsc')} ) && ( node --test dist )`),
    );
  });
});
