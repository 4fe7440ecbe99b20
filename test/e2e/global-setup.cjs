const { servePlatform } = require('./src/support/platform-server');

module.exports = servePlatform;
