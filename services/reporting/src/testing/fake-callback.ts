import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeverableRoute } from '@ymera/testing';

/**
 * The address at which the tests' broker asks about users that are not its own. There is only one, so only a test that
 * runs alone may use it.
 */
export class FakeCallback {
  readonly askedAbout = new Set<string>();
  answer: 'allow' | 'deny' = 'deny';

  private constructor(
    private readonly server: Server,
    /** From the broker to this fake. */
    readonly route: SeverableRoute,
  ) {}

  static async listen(): Promise<FakeCallback> {
    const given = process.env['YMERA_TEST_BROKER_CALLBACK_URL'];
    if (!given)
      throw new Error(
        'YMERA_TEST_BROKER_CALLBACK_URL is not set: run the tests with `npm test`, which starts a broker',
      );
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const route = await SeverableRoute.to(`http://127.0.0.1:${port}`, Number(new URL(given).port));
    const callback = new FakeCallback(server, route);
    server.on('request', (request, response) => {
      let form = '';
      request.on('data', (chunk) => (form += String(chunk)));
      request.on('end', () => {
        callback.askedAbout.add(new URLSearchParams(form).get('username') ?? '');
        response.setHeader('content-type', 'text/plain').end(callback.answer);
      });
    });
    return callback;
  }

  async close(): Promise<void> {
    await this.route.close();
    this.server.close();
    this.server.closeAllConnections();
  }
}
