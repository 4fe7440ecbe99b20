import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderMetrics } from '@ymera/observability';
import type { HealthChecks } from './health-checks';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface HealthServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Cuts its connections. */
  close(): Promise<void>;
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
};

async function respond(url: string | undefined, checks: HealthChecks, response: ServerResponse) {
  switch (url) {
    case '/health':
    case '/health/ready': {
      const report = await checks.report();
      const { status } = report;
      answer(response, status === 'ok' ? 200 : 503, url === '/health' ? report : { status });
      return;
    }
    case '/health/live':
      answer(response, 200, { status: 'ok' });
      return;
    case '/metrics': {
      const { contentType, body } = await renderMetrics();
      response.writeHead(200, { 'content-type': contentType }).end(body);
      return;
    }
    default:
      answer(response, 404, { code: 'not_found', message: 'There is nothing here.' });
  }
}

/**
 * What `HealthModule` serves, for a process without an HTTP application: `/health/live`, `/health/ready`, `/health` (per
 * component) and `/metrics`. Rejects when it cannot listen.
 */
export async function serveHealth(
  checks: HealthChecks,
  { host, port }: HealthServerOptions,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    respond(request.url, checks, response).catch(() => {
      answer(response, 500, { code: 'internal', message: 'An unexpected error occurred.' });
    });
  });
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
