import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { projectBoundaries } from './deploy/tooling/boundaries/project-boundaries.mjs';
import { environment, purity } from './deploy/tooling/boundaries/purity.mjs';
import { plainLanguage } from './deploy/tooling/language/plain-language.mjs';

const syntax = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of literals: enums exist at run time and compare loosely.',
  },
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Named exports only: a name is searched for, a default is guessed.',
  },
];

const typeScript = ['**/*.ts'];
const scripts = ['**/*.{mjs,cjs}'];
const tests = ['**/*.spec.ts', '**/*.test.mjs', '**/src/testing/**', 'libs/testing/**', 'test/**'];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.nx/**',
      '.ymera/**',
      'coverage/**',
      'deploy/docs/generated/**',
      'deploy/local/samples/**',
      '**/fixtures/**',
      // An agent of the end-to-end tests, which is ours.
      '!test/e2e/fixtures/',
      '!test/e2e/fixtures/**',
    ],
  },
  {
    files: [...typeScript, ...scripts],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: {
      // One program for all projects: one for each of them needs gigabytes, and checks the libraries again and again.
      parserOptions: {
        project: './deploy/tooling/tsconfig.workspace.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@nx/enforce-module-boundaries': ['error', projectBoundaries],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      // A name with `_` says that the value is left out on purpose, as in `const { approval: _, ...rest } = order`.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // What a closure reads before it has its value cannot be declared where it gets it.
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...syntax],
      'no-restricted-properties': ['error', environment],
    },
  },
  {
    // They run before anything is installed, or prepare what is: they read the environment and write to the terminal.
    files: scripts,
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['services/cli/bin/ymera.mjs'],
    rules: {
      // Starts where nothing may be installed, as the launcher does, and so with its parts.
      '@nx/enforce-module-boundaries': [
        'error',
        {
          ...projectBoundaries,
          allow: [String.raw`^(\.\./)+deploy/local/(failure|machine/node24)\.mjs$`],
        },
      ],
    },
  },
  {
    files: ['eslint.config.mjs'],
    // ESLint reads the default export.
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: [
      '**/config.ts',
      '**/jest.config.ts',
      'libs/config/**',
      'services/cli/**',
      'test/**',
      'libs/testing/**',
      '**/*.spec.ts',
      '**/src/testing/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  ...purity(syntax),
  {
    files: tests,
    rules: {
      // Answers of the platform are looked into as they come; their shapes are the contract tests' business.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-console': 'off',
      // The functions of node:test return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['describe', 'it', 'suite', 'test'], package: 'node:test' },
          ],
        },
      ],
    },
  },
  { files: ['**/jest.config.ts'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/jest.config.ts'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      // Every project takes its Jest settings from deploy/tooling, which is no package and is never built.
      '@nx/enforce-module-boundaries': 'off',
    },
  },
  {
    files: ['test/e2e/**/*.ts', 'test/load/**/*.ts', 'test/compatibility/**/*.ts', 'test/fuzz/**/*.ts'],
    ignores: ['**/jest.config.ts'],
    rules: {
      // These start the platform as its users do: by the launcher, which has to work before any package is installed
      // and therefore is none. Only its client may be imported.
      '@nx/enforce-module-boundaries': [
        'error',
        { ...projectBoundaries, allow: [String.raw`^(\.\./)+deploy/local/platform/client\.cjs$`] },
      ],
    },
  },
  { files: ['test/load/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    plugins: { ymera: { rules: { 'plain-language': plainLanguage } } },
    rules: { 'ymera/plain-language': 'error' },
  },
  prettier,
);
