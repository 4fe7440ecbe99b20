const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('agent-sdk', __dirname);
