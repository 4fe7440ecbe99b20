import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A network path to a real server that can be cut or made to hang, without touching the server that other tests use.
 */
export class SeverableRoute {
  private readonly sockets = new Set<Socket>();
  private state: 'open' | 'cut' | 'hanging' = 'open';

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(url: string, port = 0): Promise<SeverableRoute> {
    const server = createServer();
    const route = new SeverableRoute(server, new URL(url));
    server.on('connection', (socket) => route.carry(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return route;
  }

  /** The server's address over this route. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return url.href.replace(/\/$/, '');
  }

  /** Ends every connection, and refuses new ones. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** No data passes and no connection ends, as with a server that is suspended. */
  hang(): void {
    this.state = 'hanging';
    for (const socket of this.sockets) socket.pause();
  }

  restore(): void {
    this.state = 'open';
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(inward: Socket): void {
    if (this.state === 'cut') {
      inward.destroy();
      return;
    }
    const outward = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      this.sockets.add(socket);
      socket.on('data', (data) => other.write(data));
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      if (this.state === 'hanging') socket.pause();
    }
  }
}
