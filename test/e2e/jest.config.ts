const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('e2e', __dirname);
