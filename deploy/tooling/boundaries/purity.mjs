// Where time, randomness and the world are arguments: what `domain/` and `application/` may not reach for. Imports of
// whole modules are held by layers.cjs; these are the globals and the single names that no import gives away.

const told = 'Time is an argument: take it, or a Clock, from the caller.';
const drawn = 'Randomness is an argument: a rule has to answer the same twice.';

/** Also the environment, which only config.ts reads. */
export const environment = {
  object: 'process',
  property: 'env',
  message: 'Only config.ts reads the environment.',
};

/** For `no-restricted-syntax`, beside those of the whole project. */
const clockSyntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: told },
  { selector: 'CallExpression[callee.name="Date"]', message: told },
];

const clockProperties = [
  { object: 'Date', property: 'now', message: told },
  { object: 'Math', property: 'random', message: drawn },
];

const clockOfTheKernel = { name: '@ymera/kernel', importNames: ['systemClock'], message: told };

const effectsOfTheKernel = {
  name: '@ymera/kernel',
  importNames: ['systemClock', 'uuidv7', 'sleep', 'withTimeout', 'settlesWithin'],
  message: 'Ids, clocks and waits are arguments of a rule.',
};

const hashesOnly = {
  name: 'node:crypto',
  allowImportNames: ['createHash', 'createHmac', 'timingSafeEqual'],
  message: drawn,
};

const effectGlobals = [
  ...['process', 'console', 'fetch'].map((name) => ({ name, message: 'A rule reads and writes nothing.' })),
  ...['performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
    name,
    message: told,
  })),
  { name: 'crypto', message: drawn },
];

const production = (layer) => ({ files: [`services/*/src/${layer}/**/*.ts`], ignores: ['**/*.spec.ts'] });

/** @param {readonly object[]} syntax what `no-restricted-syntax` forbids everywhere: a later block replaces it. */
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
