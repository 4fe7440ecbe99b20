const { readFileSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

const WHOLE_PLATFORM = /\/test\/(?:e2e|chaos|compatibility|fuzz)\/src\//;

/** The part of the other files among which the platforms are spread. */
const SPREAD = 0.8;

/** @param {string} path */
const sharesPlatform = (path) =>
  path.includes('/test/e2e/src/') && readFileSync(path, 'utf8').includes('await sharedPlatform(');

/**
 * Files that share a platform come first, together, so that it ends with the last of them. Files that start a platform of their
 * own are spread evenly among the others: together they take more than a machine has, and leases expire. The last of them is
 * not among the last files, where it would run beside idle workers. Among equals Jest's own order: the slowest first as far as
 * an earlier run is known, else the largest.
 */
class SpreadPlatforms extends Sequencer {
  /**
   * @override
   * @param {Parameters<InstanceType<typeof Sequencer>['sort']>[0]} tests
   */
  async sort(tests) {
    const hasPlatform = (/** @type {{ readonly path: string }} */ { path }) => WHOLE_PLATFORM.test(path);
    const sorted = await super.sort(tests);
    const sharing = sorted.filter(({ path }) => sharesPlatform(path));
    const platforms = sorted.filter((test) => hasPlatform(test) && !sharing.includes(test));
    const others = sorted.filter((test) => !hasPlatform(test));
    const between = Math.floor((others.length * SPREAD) / Math.max(platforms.length, 1));
    return [
      ...sharing,
      ...platforms.flatMap((test, index) => [test, ...others.slice(index * between, (index + 1) * between)]),
      ...others.slice(platforms.length * between),
    ];
  }
}

module.exports = SpreadPlatforms;
