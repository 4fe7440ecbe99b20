// Time, randomness and input are arguments in `domain/` and `application/`. layers.cjs forbids imports of whole modules;
// these rules forbid globals and single names of a module.

const TIME = 'Time is an argument: take it, or a Clock, from the caller.';
const RANDOMNESS = 'Randomness is an argument: a rule has to return the same twice.';

/** @typedef {{ selector: string, message: string }} RestrictedSyntax */

/** Also the environment, which only config.ts reads. */
export const environment = {
  object: 'process',
  property: 'env',
  message: 'Only config.ts reads the environment.',
};

/** For `no-restricted-syntax`, beside those of the whole project. */
const clockSyntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: TIME },
  { selector: 'CallExpression[callee.name="Date"]', message: TIME },
];

const clockProperties = [
  { object: 'Date', property: 'now', message: TIME },
  { object: 'Math', property: 'random', message: RANDOMNESS },
];

const clockOfTheKernel = { name: '@ymera/kernel', importNames: ['systemClock'], message: TIME };

const effectsOfTheKernel = {
  name: '@ymera/kernel',
  importNames: ['systemClock', 'uuidv7', 'sleep', 'withTimeout', 'settlesWithin'],
  message: 'Ids, clocks and waits are arguments of a rule.',
};

const hashesOnly = {
  name: 'node:crypto',
  allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'],
  message: RANDOMNESS,
};

const effectGlobals = [
  ...['process', 'console', 'fetch'].map((name) => ({ name, message: 'A rule reads and writes nothing.' })),
  ...['performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
    name,
    message: TIME,
  })),
  { name: 'crypto', message: RANDOMNESS },
];

/** @param {string} layer */
const production = (layer) => ({
  files: [`services/*/src/{,*/}${layer}/**/*.ts`],
  ignores: ['**/*.spec.ts'],
});

/**
 * @param {readonly RestrictedSyntax[]} syntax forbidden everywhere, repeated here because a later block replaces the option
 * @returns {import('eslint').Linter.Config[]}
 */
export const purity = (syntax) => [
  {
    ...production('application'),
    rules: {
      'no-restricted-syntax': ['error', ...syntax, ...clockSyntax],
      'no-restricted-properties': ['error', environment, ...clockProperties],
      'no-restricted-imports': ['error', { paths: [clockOfTheKernel] }],
    },
  },
  {
    ...production('domain'),
    rules: {
      'no-restricted-syntax': ['error', ...syntax, ...clockSyntax],
      'no-restricted-properties': ['error', environment, ...clockProperties],
      'no-restricted-imports': ['error', { paths: [effectsOfTheKernel, hashesOnly] }],
      'no-restricted-globals': ['error', ...effectGlobals],
    },
  },
];
