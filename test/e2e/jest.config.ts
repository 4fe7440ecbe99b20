const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = {
  ...projectConfig('e2e', __dirname),
  globalSetup: '<rootDir>/global-setup.cjs',
  globalTeardown: '<rootDir>/global-teardown.cjs',
};
