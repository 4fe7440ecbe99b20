import { Agent, request as send } from 'node:http';
import type { GeneratedRequest } from './generated-request';
import type { Reply } from './judge';

/** Cloning is the slowest operation of a route. */
const timeoutMs = 150_000;
/** A stream stays open: only its beginning is read. */
const streamMs = 200;

/** Sends requests unchanged, also those that `fetch` would refuse to send. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(private readonly baseUrl: string) {}

  close(): void {
    this.#agent.destroy();
  }

  /** Rejects when the connection ends without an answer. */
  async send({ method, target, headers, body }: GeneratedRequest, token: string | undefined): Promise<Reply> {
    const { hostname, port } = new URL(this.baseUrl);
    return new Promise((resolve, reject) => {
      const sent = send(
        {
          agent: this.#agent,
          hostname,
          port,
          method,
          path: target,
          timeout: timeoutMs,
          headers: {
            ...headers,
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            'content-length': body?.length ?? 0,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          const contentType = response.headers['content-type'] ?? '';
          const done = (): void => {
            clearTimeout(timer);
            resolve({
              status: response.statusCode ?? 0,
              contentType,
              body: Buffer.concat(chunks).toString(),
            });
          };
          const isStream = contentType.startsWith('text/event-stream');
          const timer = isStream ? setTimeout(() => response.destroy(), streamMs) : undefined;
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('close', done);
        },
      );
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
