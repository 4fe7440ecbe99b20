import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayClient } from './gateway-client';

describe('GatewayClient without an answer', () => {
  it('distinguishes a timeout from a gateway that cannot be reached', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await new GatewayClient(url, 250).enrol('token', 'runner-1')).toMatchObject({
      ok: false,
      error: {
        kind: 'timeout',
        code: 'gateway_timeout',
        message: `The gateway at ${url} did not answer within 0.25 s.`,
        retryable: true,
      },
    });
    silent.close().closeAllConnections();
    await once(silent, 'close');

    expect(await new GatewayClient(url).standing('credential')).toMatchObject({
      ok: false,
      error: {
        kind: 'unavailable',
        code: 'gateway_unreachable',
        message: expect.stringContaining(`${url} cannot be reached`),
        retryable: true,
      },
    });
  });
});
