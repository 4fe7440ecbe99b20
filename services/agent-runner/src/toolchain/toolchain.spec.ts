import { chooseInterpreter } from './choose-interpreter';
import type { InterpreterPin } from './interpreter';
import { readPins } from './pins';
import { pythonRange } from './python-versions';

const pins = (files: Record<string, string>) => readPins(new Map(Object.entries(files)));

describe('pins', () => {
  it.each<[string, Record<string, string>, Partial<InterpreterPin>]>([
    ['.nvmrc', { '.nvmrc': 'v20.11.1\n' }, { language: 'node', range: '20.11.1', fallback: '20.x' }],
    ['a named release', { '.nvmrc': 'lts/iron' }, { range: '20.x' }],
    ['.node-version', { '.node-version': '22' }, { range: '22.x' }],
    ['engines', { 'package.json': '{"engines":{"node":">=22"}}' }, { range: '>=22.0.0' }],
    [
      'Volta before engines',
      { 'package.json': '{"engines":{"node":">=18"},"volta":{"node":"20.1.0"}}' },
      { range: '20.1.0' },
    ],
    [
      '.tool-versions',
      { '.tool-versions': 'nodejs 20.1.0\n' },
      { language: 'node', source: '.tool-versions' },
    ],
    [
      '.python-version',
      { '.python-version': '3.11.7' },
      { language: 'python', range: '3.11.7', fallback: '3.11.x' },
    ],
    [
      'requires-python',
      { 'pyproject.toml': '[project]\nrequires-python = ">=3.9,<3.12"' },
      { range: '>=3.9.0 <3.12.0' },
    ],
    ['Poetry', { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.10"' }, { range: '^3.10' }],
    ['go.mod', { 'go.mod': 'module x\n\ngo 1.24\n' }, { language: 'go', range: '>=1.24.0' }],
    ['rust-toolchain', { 'rust-toolchain': '1.75.0' }, { language: 'rust', range: '1.75.0' }],
    ['rust-toolchain.toml', { 'rust-toolchain.toml': '[toolchain]\nchannel = "1.75"' }, { range: '1.75.x' }],
    ['rust-version', { 'Cargo.toml': '[package]\nrust-version = "1.80"' }, { range: '>=1.80.0' }],
    [
      'Maven',
      { 'pom.xml': '<maven.compiler.release>21</maven.compiler.release>' },
      { language: 'java', range: '>=21.0.0' },
    ],
    ['.ruby-version', { '.ruby-version': 'ruby-3.3.0' }, { language: 'ruby', range: '3.3.0' }],
  ])('are read from %s', (_, files, expected) => {
    expect(pins(files)).toMatchObject([expected]);
  });

  it.each([
    ['a name that is no version', { '.nvmrc': 'lts/*' }],
    ['another Python', { '.python-version': 'pypy3.10' }],
    ['any engine', { 'package.json': '{"engines":{"node":"*"}}' }],
    ['a channel', { 'rust-toolchain.toml': '[toolchain]\nchannel = "stable"' }],
    ['a broken manifest', { 'package.json': '{' }],
  ])('are empty for %s', (_, files) => {
    expect(pins(files as Record<string, string>)).toEqual([]);
  });

  it.each([
    ['>=3.8', '>=3.8.0'],
    ['==3.11.*', '3.11.x'],
    ['~=3.8', '>=3.8.0 <4.0.0'],
    ['~=3.8.1', '>=3.8.1 <3.9.0'],
    ['>=3.8,!=3.9.1', '>=3.8.0'],
    ['whatever', undefined],
  ])('reads the specifier %s', (specifier, range) => {
    expect(pythonRange(specifier)).toBe(range);
  });
});

describe('chooseInterpreter', () => {
  const at = (version: string) => ({ version, executable: `/${version}` });
  const choose = (files: Record<string, string>, onPath: string | undefined, ...others: string[]) =>
    chooseInterpreter('node', pins(files)[0], onPath === undefined ? undefined : at(onPath), others.map(at));

  it('returns the shell’s interpreter when it matches or nothing is pinned', () => {
    expect(choose({}, '20.1.0', '24.0.0')).toEqual({ ok: true, value: { installed: at('20.1.0') } });
    expect(choose({ '.nvmrc': '20' }, '20.1.0', '20.9.0')).toEqual({
      ok: true,
      value: { installed: at('20.1.0') },
    });
    expect(choose({}, undefined)).toEqual({ ok: true, value: undefined });
  });

  it('returns the newest installed match with a note', () => {
    const files = { 'package.json': '{"engines":{"node":">=22"}}' };
    expect(choose(files, '20.1.0', '22.1.0', '24.0.0')).toEqual({
      ok: true,
      value: {
        installed: at('24.0.0'),
        note: 'Node.js 24.0.0 is used: package.json (engines) asks for >=22.',
      },
    });
  });

  it('returns a version of the same line when the exact one is missing', () => {
    expect(choose({ '.nvmrc': '20.11.1' }, '20.20.2')).toMatchObject({
      value: { installed: at('20.20.2'), note: expect.stringContaining('which is not installed') },
    });
  });

  it('fails with the missing version and the installed ones', () => {
    expect(choose({ '.nvmrc': '18' }, '20.20.2', '24.1.0')).toMatchObject({
      ok: false,
      error: {
        code: 'interpreter_missing',
        message: 'The project asks for Node.js 18 (.nvmrc); installed: 20.20.2, 24.1.0.',
        retryable: false,
      },
    });
  });
});
