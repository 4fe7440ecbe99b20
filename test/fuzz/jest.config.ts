const { projectConfig } = require('../../deploy/tooling/jest-preset.cjs');

module.exports = projectConfig('fuzz', __dirname);
