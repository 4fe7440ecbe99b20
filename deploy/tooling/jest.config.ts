const { projectConfig } = require('./jest-preset.cjs');

module.exports = { ...projectConfig('tooling', __dirname), testMatch: ['<rootDir>/**/*.spec.ts'] };
