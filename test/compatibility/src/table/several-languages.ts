import type { Combination } from '../combination';
import { onSum } from './changes';
import { packageJson, sumModule, sumTest } from './projects';

const pythonSum = 'def sum_of(a, b):\n    return a + b\n';
const pythonTest =
  'import unittest\n\nfrom sums import sum_of\n\n\nclass SumTest(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(sum_of(1, 2), 3)\n';
const ignores = { '.gitignore': '__pycache__/\n' } as const;
const shared = { language: 'several', packageManager: 'none' } as const satisfies Partial<Combination>;

/** Repositories of several languages: a change to any part is tested by the tests of that part. */
export const severalLanguagesCombinations: readonly Combination[] = [
  {
    id: 'several-npm-and-python',
    ...shared,
    tool: 'node:test and unittest',
    shape: 'package.json in the root, a Python project in a folder',
    needs: ['python3'],
    files: {
      ...ignores,
      'package.json': packageJson(),
      'src/sum.mjs': sumModule,
      'test/sum.test.mjs': sumTest,
      'api/pyproject.toml': '[project]\nname = "sums"\nversion = "1.0.0"\n',
      'api/sums.py': pythonSum,
      'api/tests/test_sums.py': pythonTest,
    },
    command: 'npm test && (cd api && python3 -m unittest discover -s tests)',
    trials: onSum('api/sums.py', 2),
  },
  {
    id: 'several-without-a-root',
    ...shared,
    tool: 'node:test and unittest',
    shape: 'no manifest in the root: a package in one folder, Python in another',
    needs: ['python3'],
    files: {
      ...ignores,
      'frontend/package.json': packageJson(),
      'frontend/src/sum.mjs': sumModule,
      'frontend/test/sum.test.mjs': sumTest,
      'backend/sums.py': pythonSum,
      'backend/test_sums.py': pythonTest,
    },
    command: 'python3 -m unittest discover -s backend && (cd frontend && npm test)',
    trials: onSum('backend/sums.py', 2),
  },
  {
    id: 'several-go-and-npm',
    ...shared,
    tool: 'go test and node:test',
    shape: 'a Go module in the root, a package in a folder',
    needs: ['go'],
    files: {
      'go.mod': 'module example.com/tiny\n\ngo 1.21\n',
      'sum.go': 'package tiny\n\nfunc Sum(a, b int) int { return a + b }\n',
      'sum_test.go':
        'package tiny\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) {\n\tif Sum(1, 2) != 3 {\n\t\tt.Fatal(Sum(1, 2))\n\t}\n}\n',
      'web/package.json': packageJson(),
      'web/src/sum.mjs': sumModule,
      'web/test/sum.test.mjs': sumTest,
    },
    command: 'go test ./... && (cd web && npm test)',
    trials: onSum('sum.go', 2),
  },
];
