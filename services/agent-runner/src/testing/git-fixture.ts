import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A real repository in a temporary folder. */
export class GitFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'ymera-git-'));
  /** The objects that were fetched over HTTP. */
  readonly served = { packs: 0, bytes: 0 };
  private server: Server | undefined;

  constructor(format: 'sha1' | 'sha256' = 'sha1') {
    this.git('init', '--quiet', '--initial-branch=main', `--object-format=${format}`);
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: this.folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.org',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.org',
      },
    }).trim();
  }

  apply(patch: string): void {
    execFileSync('git', ['apply', '--index', '-'], { cwd: this.folder, input: patch });
  }

  /** Writes the files (null removes one) and commits; returns the commit. */
  commit(files: Readonly<Record<string, string | Buffer | null>>): string {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (content === null) rmSync(target);
      else writeFileSync(target, content);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'change');
    return this.git('rev-parse', 'HEAD');
  }

  /** Serves the repository as the integration service does: smart HTTP, with a password. */
  async serve(credential: { username: string; password: string }): Promise<string> {
    const expected = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
    this.server = createServer((request, response) => {
      if (request.headers.authorization !== expected) response.writeHead(401).end();
      else this.answer(request, response);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/repository`;
  }

  close(): void {
    this.server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        GIT_PROJECT_ROOT: join(this.folder, '.git'),
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: url.pathname.replace('/repository', ''),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      const whole = Buffer.concat(chunks);
      const end = whole.indexOf('\r\n\r\n');
      for (const line of whole.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/: (.*)/);
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      if (whole.includes('PACK')) {
        this.served.packs += 1;
        this.served.bytes += whole.length;
      }
      response.end(whole.subarray(end + 4));
    });
  }
}
