import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** git's own `http-backend` behind HTTP with Basic authentication, like a forge. */
export class GitServer {
  readonly authorized: string[] = [];
  private readonly server: Server;

  private constructor(
    private readonly root: string,
    private readonly authorization: string,
  ) {
    this.server = createServer((request, response) => {
      this.serve(request, response);
    });
  }

  /** Serves the folder `root` to this user only. */
  static async start(root: string, user: string, password: string): Promise<GitServer> {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const server = new GitServer(root, authorization);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  url(repository: string): string {
    return `http://${this.host}/${repository}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== this.authorization) {
      request.resume();
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    this.authorized.push(request.url ?? '');
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const child = spawn(join(execPath, 'git-http-backend'), [], {
      env: {
        PATH: process.env['PATH'],
        HOME: this.root,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'ada',
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    request.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('close', () => {
      respond(Buffer.concat(output), response);
    });
  }
}

const execPath = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim();

/** A CGI answer: headers, an empty line, the body. */
function respond(answer: Buffer, response: ServerResponse): void {
  const end = answer.indexOf('\r\n\r\n');
  for (const line of answer.subarray(0, end).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.end(answer.subarray(end + 4));
}
