const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('git', __dirname);
