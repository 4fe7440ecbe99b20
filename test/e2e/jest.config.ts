const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = {
  ...projectConfig('e2e', __dirname),
  globalSetup: '<rootDir>/src/support/global-setup.cjs',
  globalTeardown: '<rootDir>/src/support/global-teardown.cjs',
};
