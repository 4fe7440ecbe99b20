const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** Packages published as ES modules only. All others in node_modules are not transformed. */
const esModulesOnly = [
  'cockatiel',
  'commander',
  'eventsource-parser',
  'log-update',
  '@secretlint',
  // Dependencies of log-update.
  'ansi-escapes',
  'ansi-regex',
  'ansi-styles',
  'cli-cursor',
  'environment',
  'get-east-asian-width',
  'is-fullwidth-code-point',
  'mimic-function',
  'onetime',
  'restore-cursor',
  'slice-ansi',
  'string-width',
  'strip-ansi',
  'wrap-ansi',
];

/** @satisfies {import('@swc/core').Options} */
const swc = {
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

/**
 * One Jest project per nx project: the same transform and conditions everywhere.
 * @param {string} displayName
 * @param {string} rootDir
 */
function projectConfig(displayName, rootDir) {
  return {
    displayName,
    rootDir,
    testEnvironment: 'node',
    testEnvironmentOptions: { customExportConditions: ['@ymera/source', 'node', 'require', 'default'] },
    testMatch: ['<rootDir>/src/**/*.spec.ts'],
    moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
    transform: { '^.+\\.[cm]?[jt]s$': [require.resolve('@swc/jest'), swc] },
    transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
    setupFiles: [join(root, 'node_modules/reflect-metadata/Reflect.js')],
  };
}

module.exports = { projectConfig, swc };
