import { lookup } from 'node:dns/promises';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { allowedHost, isPrivateAddress, type AllowedHost } from './registry-policy';

export interface RegistryProxyOptions {
  readonly allowed: readonly AllowedHost[];
  /** A proxy of this machine itself, as `host:port`. */
  readonly upstream?: { readonly host: string; readonly port: number };
}

const connectTimeoutMs = 30_000;
const idleTimeoutMs = 120_000;
const maxConnections = 256;
const maxRefusedHosts = 20;

/**
 * An HTTP proxy on a unix socket that reaches registries and nothing else: `CONNECT` for https, requests with an absolute
 * address for http. It resolves names itself and connects to the address that it has checked.
 */
export class RegistryProxy {
  private readonly server: Server;
  private readonly open = new Set<Duplex>();
  private readonly refused = new Set<string>();
  private folder: string | undefined;

  constructor(private readonly options: RegistryProxyOptions) {
    this.server = createServer((incoming, response) => void this.forward(incoming, response));
    this.server.maxConnections = maxConnections;
    this.server.on('connect', (incoming, socket: Duplex) => void this.tunnel(incoming, socket));
    this.server.on('connection', (socket) => this.keep(socket));
    this.server.on('clientError', (_, socket) => socket.destroy());
  }

  /** Refused hosts. */
  get refusedHosts(): readonly string[] {
    return [...this.refused];
  }

  /** Returns the path of the socket, which is short: the system allows about a hundred bytes. */
  async listen(): Promise<string> {
    this.folder = await mkdtemp(join(tmpdir(), 'ymera-registry-'));
    const path = join(this.folder, 'socket');
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(path, resolve);
    });
    // The folder's permissions keep other users out; in the sandbox another user connects.
    await chmod(path, 0o666);
    return path;
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async tunnel(incoming: IncomingMessage, client: Duplex): Promise<void> {
    this.keep(client);
    const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(incoming.url ?? '') ?? [];
    const target = await this.target(host, Number(port));
    if (typeof target === 'string') {
      client.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
      return;
    }
    const server = connect(target.port, target.address);
    this.keep(server);
    server.setTimeout(connectTimeoutMs, () => server.destroy(new Error('timeout')));
    server.once('error', () => client.destroy());
    server.once('connect', () => {
      server.setTimeout(idleTimeoutMs);
      if (this.options.upstream)
        server.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
      else client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
  }

  private async forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
    if (url?.protocol !== 'http:') return refuse(response, 400, 'Give the whole address of an http request.');
    const port = Number(url.port || 80);
    const target = await this.target(url.hostname, port);
    if (typeof target === 'string') return refuse(response, 403, target);
    const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = incoming.headers;
    const outgoing = request(
      {
        host: target.address,
        port: target.port,
        method: incoming.method,
        path: this.options.upstream ? url.href : `${url.pathname}${url.search}`,
        headers: { ...headers, host: url.host },
        setHost: false,
        timeout: idleTimeoutMs,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', (error) => refuse(response, 502, error.message));
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    incoming.pipe(outgoing);
  }

  /** The address to connect to, or the reason of a refusal. */
  private async target(
    host: string,
    port: number,
  ): Promise<{ readonly address: string; readonly port: number } | string> {
    const entry = allowedHost(this.options.allowed, host, port);
    if (!entry) return this.refuse(host, port, `${host}:${port} is not an allowed registry.`);
    if (this.options.upstream)
      return { address: this.options.upstream.host, port: this.options.upstream.port };
    try {
      const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
      const address = addresses.find((one) => entry.mayBePrivate || !isPrivateAddress(one));
      if (address !== undefined) return { address, port };
      return this.refuse(
        host,
        port,
        `${host} resolves to a private address and is not configured as a registry.`,
      );
    } catch {
      return `${host} cannot be resolved (ENOTFOUND).`;
    }
  }

  private refuse(host: string, port: number, reason: string): string {
    if (this.refused.size < maxRefusedHosts) this.refused.add(`${host}:${port}`);
    return reason;
  }

  private keep(socket: Duplex | Socket): void {
    this.open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.open.delete(socket));
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}
