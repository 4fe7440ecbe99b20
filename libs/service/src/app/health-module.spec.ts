import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from '@ymera/http';
import { silentLogger } from '@ymera/kernel';
import { HealthChecks } from '../process/health-checks';
import { HealthModule } from './health-module';

class TestModule {}

describe('HealthModule', () => {
  const health = new HealthChecks();
  let isDatabaseUnavailable = false;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    health.add('database', async () => {
      if (isDatabaseUnavailable) throw new Error('unavailable');
    });
    app = await createHttpApp(
      { module: TestModule, imports: [HealthModule.register({ checks: health })] },
      { logger: silentLogger },
    );
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const status = async (path: string): Promise<number> =>
    (await app.inject({ method: 'GET', url: path })).statusCode;

  it('is live before it is ready, ready while its dependencies answer, and never again once it drains', async () => {
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503]);
    health.started();
    expect(await status('/health/ready')).toBe(200);
    isDatabaseUnavailable = true;
    expect(await status('/health/ready')).toBe(503);
    expect((await app.inject({ method: 'GET', url: '/health' })).json()).toMatchObject({
      status: 'unavailable',
      components: { process: { status: 'ok' }, database: { status: 'unavailable' } },
    });
    isDatabaseUnavailable = false;
    health.draining();
    health.started();
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([200, 503]);
    expect(await status('/metrics')).toBe(200);
  });
});
