import { existsSync } from 'node:fs';
import { freePorts } from '../machine/ports.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { LauncherFailure } from '../failure.mjs';
import { openInstance } from '../platform/instance.mjs';
import { platformPackages } from '../platform/runner-options.mjs';
import { serverEnvironment } from '../servers/environment.mjs';
import { givenServers, startServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';

/**
 * Benchmarks on private servers with the settings of production: PostgreSQL calls fsync.
 * @param {string[]} args
 */
export async function run(args) {
  const given = givenServers(process.env);
  return withSession({ title: 'YMERA · bench', json: args.includes('--json') }, async (session) => {
    const node = await prepareMachine(session, { packages: platformPackages(undefined, given) });
    await build(session, node);
    const script = inRepository('test', 'load', 'dist', 'bench.js');
    if (!existsSync(script))
      throw new LauncherFailure('bench_missing', `${script} does not exist`, {
        suggestion: 'run: npm run build',
      });
    const instance = openInstance('bench', { disposable: true });
    session.onClose(instance.release);
    const ports = await freePorts(['callback']);
    const callbackUrl = `http://127.0.0.1:${ports.callback}/broker/${instance.secrets.values.broker_callback_token}`;
    const servers = await startServers({ ...session, instance, given, callbackUrl, durable: true });
    return session.runAttached(node.path, [script, ...args], {
      env: serverEnvironment(servers, { callbackUrl }),
    });
  });
}
