import type { Combination } from '../combination';
import { cheating, lands, onSum } from './changes';

const shared = { language: 'Python', needs: ['python3'] } as const satisfies Partial<Combination>;
const withPip = { ...shared, needs: ['python3', 'pip-registry'] } as const satisfies Partial<Combination>;

const sum = 'def sum_of(a, b):\n    return a + b\n';
const unit = (from: string): string =>
  `import unittest\n\nfrom ${from} import sum_of\n\n\nclass SumTest(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(sum_of(1, 2), 3)\n\n\nif __name__ == "__main__":\n    unittest.main()\n`;
const pytest = (from: string): string =>
  `from ${from} import sum_of\n\n\ndef test_adds():\n    assert sum_of(1, 2) == 3\n`;
const ignores = { '.gitignore': '__pycache__/\n.pytest_cache/\n.venv/\n*.egg-info/\n' } as const;

const project = (name: string, more: string): string =>
  `[project]\nname = "${name}"\nversion = "0.1.0"\nrequires-python = ">=3.9"\n${more}`;

/** Takes a package of the index, so that the environment matters. */
const usesPackage = `from packaging.version import Version\n\nMINIMUM = Version("1.0")\n\n\n${sum}`;

export const pythonCombinations: readonly Combination[] = [
  {
    id: 'unittest-discover',
    ...shared,
    tool: 'unittest',
    packageManager: 'none',
    shape: '`tests` folder without `__init__.py`',
    files: { ...ignores, 'tiny.py': sum, 'tests/test_tiny.py': unit('tiny') },
    command: 'python3 -m unittest discover -s tests',
    trials: [
      ...onSum('tiny.py', 1),
      cheating(
        'sed -i "s/    def test_adds/    @unittest.skip(\'later\')\\n    def test_adds/" tests/test_tiny.py',
        'test_skipped',
      ),
    ],
  },
  {
    id: 'unittest-red-base',
    ...shared,
    tool: 'unittest',
    packageManager: 'none',
    shape: 'one test fails on the base, one needs the network',
    files: {
      ...ignores,
      'tiny.py': sum,
      'test_tiny.py': unit('tiny'),
      'test_old.py':
        'import datetime\nimport unittest\nimport urllib.request\n\n\nclass OldTest(unittest.TestCase):\n    def test_year(self):\n        self.assertEqual(datetime.date.today().year, 1999)\n\n    def test_site(self):\n        urllib.request.urlopen("https://example.com/", timeout=10)\n',
    },
    command: 'python3 -m unittest discover',
    trials: onSum('tiny.py', 1),
  },
  {
    id: 'unittest-package',
    ...shared,
    tool: 'unittest',
    packageManager: 'none',
    shape: 'tests in a package beside the code',
    files: {
      ...ignores,
      'tiny/__init__.py': '',
      'tiny/numbers.py': sum,
      'tiny/tests/__init__.py': '',
      'tiny/tests/test_numbers.py': unit('tiny.numbers'),
    },
    command: 'python3 -m unittest discover -s tiny -t .',
    trials: onSum('tiny/numbers.py', 1),
  },
  {
    id: 'unittest-src',
    ...shared,
    tool: 'unittest',
    packageManager: 'none',
    shape: 'src layout, path set by the tests',
    files: {
      ...ignores,
      'src/tiny.py': sum,
      'tests/__init__.py':
        'import pathlib\nimport sys\n\nsys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "src"))\n',
      'tests/test_tiny.py': unit('tiny'),
    },
    command: 'python3 -m unittest discover -s tests -t .',
    trials: onSum('src/tiny.py', 1),
  },
  {
    id: 'doctest',
    ...shared,
    tool: 'doctest',
    packageManager: 'make',
    shape: 'doctest by a Makefile',
    needs: ['python3', 'make'],
    files: {
      ...ignores,
      Makefile: 'test:\n\tpython3 -m doctest tiny.py\n',
      'tiny.py': 'def sum_of(a, b):\n    """\n    >>> sum_of(1, 2)\n    3\n    """\n    return a + b\n',
    },
    command: 'make test',
    trials: onSum('tiny.py'),
  },
  {
    id: 'pytest-plain',
    ...withPip,
    tool: 'pytest',
    packageManager: 'none',
    shape: 'no configuration; pytest of the person’s python',
    files: { ...ignores, 'tiny.py': sum, 'test_tiny.py': pytest('tiny') },
    command: 'python3 -m pytest',
    trials: [
      ...onSum('tiny.py', 1),
      cheating(
        'printf "\\nimport pytest\\n\\n\\n@pytest.mark.skip\\ndef test_adds():\\n    assert False\\n" > test_tiny.py',
        'test_skipped',
      ),
    ],
  },
  {
    id: 'pytest-requirements',
    ...withPip,
    tool: 'pytest 8',
    packageManager: 'pip, requirements.txt',
    shape: 'conftest.py',
    files: {
      ...ignores,
      'requirements.txt': 'packaging==24.2\npytest==8.3.4\n',
      'conftest.py': 'import pytest\n\n\n@pytest.fixture\ndef three():\n    return 3\n',
      'tiny.py': usesPackage,
      'tests/test_tiny.py':
        'from tiny import sum_of\n\n\ndef test_adds(three):\n    assert sum_of(1, 2) == three\n',
      'pytest.ini': '[pytest]\npythonpath = .\n',
    },
    command: 'python3 -m pytest',
    trials: onSum('tiny.py', 1),
  },
  {
    id: 'pytest-pyproject-src',
    ...withPip,
    tool: 'pytest',
    packageManager: 'pip, pyproject.toml',
    shape: 'src layout, optional dependencies',
    files: {
      ...ignores,
      'pyproject.toml': `${project('tiny', 'dependencies = ["packaging==24.2"]\n\n[project.optional-dependencies]\ntest = ["pytest==8.3.4"]\n')}\n[build-system]\nrequires = ["setuptools>=68"]\nbuild-backend = "setuptools.build_meta"\n\n[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n`,
      'src/tiny/__init__.py': usesPackage,
      'tests/test_tiny.py': pytest('tiny'),
    },
    command: 'python3 -m pytest',
    trials: onSum('src/tiny/__init__.py', 1),
  },
  {
    id: 'pytest-poetry',
    ...withPip,
    tool: 'pytest',
    packageManager: 'poetry.lock',
    shape: 'poetry project',
    files: {
      ...ignores,
      'pyproject.toml':
        '[tool.poetry]\nname = "tiny"\nversion = "0.1.0"\ndescription = ""\nauthors = []\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = ">=3.9"\npackaging = "24.2"\n\n[tool.poetry.group.dev.dependencies]\npytest = "8.3.4"\n\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n',
      'tiny.py': usesPackage,
      'tests/__init__.py': '',
      'tests/test_tiny.py': pytest('tiny'),
    },
    prepare:
      'python3 -m venv "$TMP/poetry" && "$TMP/poetry/bin/pip" install --quiet poetry==1.8.5 && POETRY_VIRTUALENVS_CREATE=false "$TMP/poetry/bin/poetry" lock --no-interaction --quiet',
    command: 'python3 -m pytest',
    trials: onSum('tiny.py', 1),
  },
  {
    id: 'pytest-uv',
    ...withPip,
    tool: 'pytest',
    packageManager: 'uv.lock',
    shape: 'uv project',
    files: {
      ...ignores,
      'pyproject.toml': project(
        'tiny',
        'dependencies = ["packaging==24.2"]\n\n[dependency-groups]\ndev = ["pytest==8.3.4"]\n\n[tool.pytest.ini_options]\npythonpath = ["."]\n',
      ),
      'tiny.py': usesPackage,
      'tests/test_tiny.py': pytest('tiny'),
    },
    prepare:
      'python3 -m venv "$TMP/uv" && "$TMP/uv/bin/pip" install --quiet uv==0.8.15 && "$TMP/uv/bin/uv" lock --quiet',
    command: 'python3 -m pytest',
    trials: onSum('tiny.py', 1),
  },
  {
    id: 'django-like',
    ...shared,
    tool: 'unittest',
    packageManager: 'none',
    shape: 'manage.py test',
    files: {
      ...ignores,
      'manage.py':
        'import sys\nimport unittest\n\nif __name__ == "__main__":\n    if sys.argv[1:2] != ["test"]:\n        sys.exit("usage: manage.py test")\n    suite = unittest.defaultTestLoader.discover(".", pattern="tests.py")\n    sys.exit(not unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful())\n',
      'shop/__init__.py': '',
      'shop/numbers.py': sum,
      'shop/tests.py': unit('shop.numbers'),
    },
    command: 'python3 manage.py test',
    trials: onSum('shop/numbers.py', 1),
  },
  {
    id: 'django',
    ...withPip,
    tool: 'Django 4.2 test',
    packageManager: 'pip, requirements.txt',
    shape: 'manage.py of Django',
    files: {
      ...ignores,
      'requirements.txt': 'django==4.2.16\n',
      'manage.py':
        'import os\nimport sys\n\nif __name__ == "__main__":\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")\n    from django.core.management import execute_from_command_line\n\n    execute_from_command_line(sys.argv)\n',
      'site_settings.py':
        'SECRET_KEY = "for-tests-only"\nINSTALLED_APPS = ["shop"]\nDATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}\nUSE_TZ = True\n',
      'shop/__init__.py': '',
      'shop/numbers.py': sum,
      'shop/tests.py':
        'from django.test import TestCase\n\nfrom shop.numbers import sum_of\n\n\nclass SumTest(TestCase):\n    def test_adds(self):\n        self.assertEqual(sum_of(1, 2), 3)\n',
    },
    command: 'python3 manage.py test',
    trials: onSum('shop/numbers.py', 1),
  },
  {
    id: 'pytest-no-lock-missing-package',
    ...shared,
    tool: 'pytest',
    packageManager: 'tox.ini',
    shape: '`[pytest]` in tox.ini',
    files: {
      ...ignores,
      'tox.ini': '[pytest]\ntestpaths = checks\npythonpath = .\n',
      'tiny.py': sum,
      'checks/test_tiny.py': pytest('tiny'),
    },
    command: 'python3 -m pytest',
    trials: lands('tiny.py', 1),
  },
];
