const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('agent-runner', __dirname);
