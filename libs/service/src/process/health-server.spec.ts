import { HealthChecks } from './health-checks';
import { serveHealth, type HealthServer } from './health-server';

describe('serveHealth', () => {
  const health = new HealthChecks();
  let isOnline = false;
  let server: HealthServer;

  beforeAll(async () => {
    health.add('session', async () => {
      if (!isOnline) throw new Error('no session');
    });
    server = await serveHealth(health, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);

  it('answers 200 for /health/live and 503 for /health/ready until the process has started', async () => {
    isOnline = true;
    expect([(await get('/health/live')).status, (await get('/health/ready')).status]).toEqual([200, 503]);
    health.started();
    const ready = await get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }]);
    isOnline = false;
    expect((await get('/health/ready')).status).toBe(503);
  });

  it('names each component of /health, in the same shape as HealthModule', async () => {
    isOnline = false;
    const answer = await get('/health');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'unavailable',
      components: { process: { status: 'ok' }, session: { status: 'unavailable' } },
    });
  });

  it('serves metrics, and answers 404 for every other path', async () => {
    const metrics = await get('/metrics');
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
    const unknown = await get('/anything');
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'not_found' }),
    ]);
  });

  it('rejects when its port is taken', async () => {
    await expect(serveHealth(health, { host: '127.0.0.1', port: server.port })).rejects.toThrow('EADDRINUSE');
  });
});
