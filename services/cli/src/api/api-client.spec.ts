import { listAgentsRoute } from '@ymera/contracts';
import { FakeGateway } from '../testing/fake-gateway';
import { ApiClient } from './api-client';

describe('errors of ApiClient', () => {
  let gateway: FakeGateway;
  beforeEach(async () => {
    gateway = await FakeGateway.start();
  });
  afterEach(() => gateway.stop());

  const asked = (): Promise<unknown> => new ApiClient(gateway.url, 'ymo_1_x').call(listAgentsRoute);

  it.each([true, false])('says whether it may pass as the gateway does: %s', async (retryable) => {
    const problem = { type: 'x', title: 'x', status: 503, code: 'not_now', detail: 'Not now.', retryable };
    gateway.answer(listAgentsRoute, problem, 503);
    await expect(asked()).rejects.toMatchObject({ code: 'not_now', message: 'Not now.', retryable });
  });

  it('use the HTTP status when the gateway sends no problem document', async () => {
    gateway.answer(listAgentsRoute, { oh: 'no' }, 502);
    await expect(asked()).rejects.toMatchObject({ code: 'http_502', retryable: false });
  });

  it('are retryable when the gateway is unreachable', async () => {
    const { url } = gateway;
    await gateway.stop();
    const missing = new ApiClient(url, 'ymo_1_x').call(listAgentsRoute);
    await expect(missing).rejects.toMatchObject({ code: 'gateway_unreachable', retryable: true });
    gateway = await FakeGateway.start();
  });
});
