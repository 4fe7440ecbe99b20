const { existsSync, readdirSync } = require('node:fs');
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
  // Test files mostly wait for the database and the broker: one worker per core keeps the cores busy. More only made the
  // whole platforms of the end-to-end tests wait for each other.
  maxWorkers: '100%',
  testTimeout: 30_000,
};
