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
  // Test files mostly wait, for the database, the broker, or a whole platform: more of them than cores keep the cores busy.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testTimeout: 30_000,
};
