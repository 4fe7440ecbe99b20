import { homedir } from 'node:os';
import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { manifestFindings } from './install-problem';
import { readMachineRegistries } from './registry/machine-registries';

jest.setTimeout(300_000);

const options = {
  registries: readMachineRegistries(homedir(), process.env, []),
  hostPath: (process.env['PATH'] ?? '').split(':'),
};
const test = { 'tests/test_a.py': 'import idna\n\ndef test_a():\n    assert idna.encode("a") == b"a"\n' };

describe('a Python project', () => {
  let fixture: DependenciesFixture;
  beforeEach(() => {
    fixture = new DependenciesFixture();
  });
  afterEach(() => fixture.close());

  it('without requirements runs with the Python of the person’s shell', async () => {
    const { prepared, workspace } = await fixture.prepare(
      { 'tests/test_a.py': 'import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n' },
      options,
    );
    const tested = await fixture.run(workspace, prepared, 'python3 -m unittest discover -s tests 2>&1');
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Ran 1 test') });
    await workspace.close();
  });

  it.each<[string, Record<string, string>]>([
    ['requirements.txt', { 'requirements.txt': 'idna==3.7\n', ...test }],
    [
      'requirements for tests',
      { 'requirements.txt': '# none\n', 'requirements-dev.txt': 'idna==3.7\npytest\n-e .\n', ...test },
    ],
    [
      'pyproject.toml',
      {
        'pyproject.toml':
          '[project]\nname = "x"\nversion = "1.0"\ndependencies = ["idna>=3"]\n[project.optional-dependencies]\ntest = ["pytest"]\n',
        ...test,
      },
    ],
    [
      'dependency groups',
      {
        'pyproject.toml':
          '[project]\nname = "x"\nversion = "1.0"\n[dependency-groups]\ndev = [{include-group = "one"}]\none = ["idna", "pytest"]\n',
        ...test,
      },
    ],
    [
      'setup.cfg',
      {
        'setup.cfg':
          '[metadata]\nname = x\n[options]\ninstall_requires =\n    idna\n[options.extras_require]\ntest =\n    pytest\n',
        ...test,
      },
    ],
    [
      'Poetry',
      {
        'pyproject.toml':
          '[tool.poetry]\nname = "x"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.8"\nidna = "^3.7"\n',
        'poetry.lock': '[[package]]\nname = "idna"\nversion = "3.7"\n',
        ...test,
      },
    ],
    ['Pipenv', { 'Pipfile.lock': '{"default": {"idna": {"version": "==3.7"}}, "develop": {}}', ...test }],
  ])('gets the requirements of %s', async (_, files) => {
    const { prepared, workspace } = await fixture.prepare(files, options);
    const tested = await fixture.run(
      workspace,
      prepared,
      'python3 -m pytest -q && pytest -q && touch .x && python -c "import sys; print(sys.prefix)"',
    );
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 passed') });
    expect(tested.stdout).toContain('/ymera/packages/python/venv');
    await workspace.close();
  });

  it('can import its own package below src, with its version', async () => {
    const { prepared, workspace } = await fixture.prepare(
      {
        'pyproject.toml': '[project]\nname = "my-x"\nversion = "1.2"\ndependencies = ["idna"]\n',
        'src/my_x/__init__.py': 'from importlib.metadata import version\nanswer = version("my-x")\n',
      },
      options,
    );
    const tested = await fixture.run(
      workspace,
      prepared,
      'cd / && python3 -c "import my_x; print(my_x.answer)"',
    );
    expect(tested.stdout).toBe('1.2\n');
    await workspace.close();
  });

  it('whose lockfile lacks a requirement is a finding', async () => {
    const { prepared, workspace } = await fixture.prepare(
      {
        'pyproject.toml': '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nidna = "^3.7"\nsix = "*"\n',
        'poetry.lock': '[[package]]\nname = "idna"\nversion = "3.7"\n',
        'a.py': '',
      },
      options,
    );
    if (prepared.ok) throw new Error('it was prepared');
    expect(manifestFindings(prepared.error)).toMatchObject([
      { code: 'dependencies_unavailable', file: 'poetry.lock', message: expect.stringContaining('six') },
    ]);
    await workspace.close();
  });

  it('gets its pinned interpreter, or a failure with the installed ones', async () => {
    const pinned = await fixture.prepare({ '.python-version': '3.12\n', 'a.py': '' }, options);
    const tested = await fixture.run(pinned.workspace, pinned.prepared, 'python3 --version');
    expect(tested.stdout).toMatch(/^Python 3\.12\./);
    await pinned.workspace.close();
    const missing = await fixture.prepare({ '.python-version': '3.99\n' }, options);
    expect(missing.prepared).toMatchObject({ ok: false, error: { code: 'interpreter_missing' } });
    await missing.workspace.close();
  });
});
