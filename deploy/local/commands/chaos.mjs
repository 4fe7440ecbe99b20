import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { platformPackages, runnerOptions } from '../platform/runner-options.mjs';
import { withSession } from '../session.mjs';

/**
 * Kills processes and cuts connections under load, on a platform that the program starts for itself (test/chaos).
 * @param {string[]} args
 */
export async function run(args) {
  const json = args.includes('--json');
  return withSession({ title: 'YMERA · chaos', json }, async (session) => {
    const node = await prepareMachine(session, { packages: platformPackages(runnerOptions([]), {}) });
    await build(session, node);
    return session.runAttached(node.path, [inRepository('test', 'chaos', 'dist', 'main.js'), ...args]);
  });
}
