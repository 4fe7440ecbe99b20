import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { platformPackages, runnerOptions } from '../platform/runner-options.mjs';
import { withSession } from '../session.mjs';

/**
 * Sends generated requests to every route of a platform that the program starts for itself (test/fuzz).
 * @param {string[]} args
 */
export async function run(args) {
  const json = args.includes('--json');
  return withSession({ title: 'YMERA · fuzz:api', json }, async (session) => {
    const node = await prepareMachine(session, { packages: platformPackages(runnerOptions([]), {}) });
    await build(session, node);
    return session.runAttached(node.path, [inRepository('test', 'fuzz', 'dist', 'main.js'), ...args]);
  });
}
