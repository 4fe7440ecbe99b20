const { default: Sequencer } = require('@jest/test-sequencer');

const WHOLE_PLATFORM = /\/test\/(?:e2e|chaos|compatibility|fuzz)\/src\//;

/**
 * Files that start or share whole platforms first: they take longest, and the last of them would run beside idle workers. Among
 * equals Jest's own order: the slowest first as far as an earlier run is known, else the largest.
 */
class PlatformsFirst extends Sequencer {
  /**
   * @override
   * @param {Parameters<InstanceType<typeof Sequencer>['sort']>[0]} tests
   */
  async sort(tests) {
    const isFirst = (/** @type {{ readonly path: string }} */ { path }) => WHOLE_PLATFORM.test(path);
    const sorted = await super.sort(tests);
    return [...sorted.filter(isFirst), ...sorted.filter((test) => !isFirst(test))];
  }
}

module.exports = PlatformsFirst;
