const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('foundation', __dirname);
