const { servePlatform } = require('./platform-server');

module.exports = servePlatform;
