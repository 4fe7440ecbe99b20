const { stopSharedPlatform } = require('./src/support/platform-server');

module.exports = stopSharedPlatform;
