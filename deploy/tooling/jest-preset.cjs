const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** Libraries published as ES modules only; everything else in node_modules is left untransformed. */
const esModulesOnly = [
  'cockatiel',
  'jose',
  'uuid',
  'commander',
  'eventsource-parser',
  'log-update',
  '@secretlint',
  // What it is made of.
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

/** One Jest project per nx project: the same transform, conditions and limits everywhere. */
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
