const { existsSync, readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** Every folder of the workspace that has tests. */
const projects = ['libs', 'services', 'test', 'deploy'].flatMap((group) =>
  readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, 'jest.config.ts')))
    .map((entry) => join(root, group, entry.name)),
);

module.exports = {
  rootDir: root,
  projects,
  // A test file waits about half of its time, for servers, leases and other processes: one worker per core leaves the cores
  // idle 43 % of the time.
  maxWorkers: availableParallelism() + 1,
  testSequencer: join(__dirname, 'jest-sequencer.cjs'),
  testTimeout: 30_000,
};
