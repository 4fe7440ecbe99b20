const { stopSharedPlatform } = require('./platform-server');

module.exports = stopSharedPlatform;
