import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RouteContract } from '@ymera/contracts';
import { ApiClient } from '../api/api-client';

interface Asked {
  readonly operation: string;
  readonly url: string;
  readonly body: unknown;
}

interface Answer {
  readonly route: RouteContract;
  readonly value: unknown;
  readonly status: number;
}

/** A fake gateway over real HTTP with prepared answers; it records the requests. */
export class FakeGateway {
  readonly asked: Asked[] = [];
  private readonly answers: Answer[] = [];
  private readonly inspectors = new Map<string, (body: unknown) => void>();
  private readonly server: Server = createServer((request, response) => {
    void this.serve(request, response);
  });

  static async start(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get client(): ApiClient {
    return new ApiClient(this.url, 'token');
  }

  get operations(): string[] {
    return this.asked.map(({ operation }) => operation);
  }

  /** A streaming route gets the entries of its stream, which then stays open. The last answer to a route counts. */
  answer(route: RouteContract, value: unknown, status: number = route.status): this {
    this.answers.unshift({ route, value, status });
    return this;
  }

  /** Computes the answer from the request. */
  answerBy(route: RouteContract, valueOf: (query: URLSearchParams) => unknown): this {
    return this.answer(route, valueOf);
  }

  /** Called before the answer is sent. */
  beforeAnswering(route: RouteContract, inspect: (body: unknown) => void): this {
    this.inspectors.set(route.operation, inspect);
    return this;
  }

  /** Simulates a short loss of the network. */
  cutOff(): void {
    this.server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.cutOff();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const found = this.answers.find(({ route }) =>
      matches(route, request.method, url.split('?', 1)[0] ?? ''),
    );
    const text = (await request.toArray()).join('');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const operation = found?.route.operation ?? `${request.method} ${url}`;
    this.asked.push({ operation, url, body });
    this.inspectors.get(operation)?.(body);
    if (found?.route.produces === 'text/event-stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const entries = found.value as unknown[];
      for (const entry of entries) response.write(`data: ${JSON.stringify(entry)}\n\n`);
      // As the gateway does for a request that has ended and whose history is not kept any more.
      if (entries.length === 0) response.end();
      return;
    }
    response.writeHead(found?.status ?? 404, { 'content-type': 'application/json' });
    const value = typeof found?.value === 'function' ? (found.value as ValueOf)(queryOf(url)) : found?.value;
    response.end(JSON.stringify(value ?? {}));
  }
}

type ValueOf = (query: URLSearchParams) => unknown;

const queryOf = (url: string): URLSearchParams => new URL(url, 'http://gateway').searchParams;

const matches = ({ method, path }: RouteContract, asked: string | undefined, pathname: string): boolean =>
  method === asked && new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
