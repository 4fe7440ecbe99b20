import { createServer, type Server } from 'node:http';
import { renderMetrics } from '@ymera/observability';

/** `/health/live`, `/health/ready` and `/metrics`. The runner serves nothing else, so it does without a framework. */
export class HealthServer {
  private readonly server: Server;

  constructor(private readonly isReady: () => boolean) {
    this.server = createServer((request, response) => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      switch (request.url) {
        case '/health':
        case '/health/ready':
          if (this.isReady()) answer(200, { status: 'ok', checks: { session: { status: 'ok' } } });
          else
            answer(503, {
              status: 'unavailable',
              checks: { session: { status: 'unavailable', reason: 'no session with the platform' } },
            });
          return;
        case '/health/live':
          answer(200, { status: 'ok' });
          return;
        case '/metrics':
          void renderMetrics().then(({ contentType, body }) =>
            response.writeHead(200, { 'content-type': contentType }).end(body),
          );
          return;
        default:
          answer(404, { code: 'not_found', message: 'There is nothing here.' });
      }
    });
    this.server.headersTimeout = 5_000;
    this.server.requestTimeout = 10_000;
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
