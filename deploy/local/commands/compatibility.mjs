import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { platformPackages, runnerOptions } from '../platform/runner-options.mjs';
import { withSession } from '../session.mjs';

/**
 * Runs projects of many kinds through a platform that the program starts for itself (test/compatibility).
 * @param {string[]} args
 */
export async function run(args) {
  return withSession({ title: 'YMERA · compatibility' }, async (session) => {
    const node = await prepareMachine(session, { packages: platformPackages(runnerOptions([]), {}) });
    await build(session, node);
    return session.runAttached(node.path, [
      inRepository('test', 'compatibility', 'dist', 'main.js'),
      ...args,
    ]);
  });
}
