import { buildLibraries, runScript, type Started } from '../testing/child-process';

beforeAll(() =>
  buildLibraries(
    ...['kernel', 'contracts', 'config', 'observability', 'http', 'messaging', 'persistence', 'service'],
  ),
);

/** `module` is the body of an asynchronous function of `config` and `runtime`. */
const run = (module: string): Started =>
  runScript(
    `
    const { baseServiceEnvironment } = require('@ymera/config');
    const { serviceMain } = require('@ymera/service');
    class TestModule {}
    serviceMain({
      name: 'audit',
      configSchema: baseServiceEnvironment,
      module: async (config, runtime) => { ${module} },
    });`,
    { YMERA_POSTGRES_URL: 'postgresql://unused', YMERA_RABBITMQ_URL: 'amqp://unused' },
  );

describe('serviceMain', () => {
  it('is ready until SIGTERM, then closes what its module opened and exits with 0', async () => {
    const { child, printed, ended } = run(`
      runtime.shutdown.defer('database', () => say('database closed'));
      return { module: TestModule };`);
    await printed('"message":"ready"');
    child.kill('SIGTERM');
    expect(await ended).toEqual({
      code: 0,
      out: expect.stringContaining('database closed') as string,
      err: '',
    });
  });

  it('exits with 0 on SIGTERM without waiting for a module that waits for its database', async () => {
    const { child, printed, ended } = run(`
      runtime.shutdown.defer('connections', () => say('connections closed'));
      say('waiting');
      setInterval(() => undefined, 1_000);
      await new Promise(() => undefined);`);
    await printed('waiting');
    child.kill('SIGTERM');
    expect(await ended).toEqual({
      code: 0,
      out: expect.stringContaining('connections closed') as string,
      err: '',
    });
  });
});
