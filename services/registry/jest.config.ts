const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('registry', __dirname);
