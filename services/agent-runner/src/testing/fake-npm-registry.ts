import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An npm registry on this machine with a few versions of one package, `tiny`, whose install script must not run. */
export class FakeNpmRegistry {
  /** What was asked for, by path. */
  readonly asked: string[] = [];
  private readonly tarballs = new Map<string, Buffer>();
  private readonly server = createServer((request, response) => {
    this.asked.push(request.url ?? '');
    const version = /tiny-(\S+)\.tgz$/.exec(request.url ?? '')?.[1];
    if (version !== undefined) response.end(this.tarballs.get(version));
    else if (request.url === '/tiny') response.end(JSON.stringify(this.document()));
    else response.writeHead(404).end('{}');
  });

  constructor(versions: readonly string[]) {
    for (const version of versions) this.tarballs.set(version, packed(version));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** An entry of a lockfile; the address is the public one, as lockfiles have it. */
  locked(version: string, resolved = `https://registry.npmjs.org/tiny/-/tiny-${version}.tgz`): object {
    return { version, resolved, integrity: this.integrity(version), hasInstallScript: true };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private integrity(version: string): string {
    const tarball = this.tarballs.get(version) ?? Buffer.alloc(0);
    return `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  }

  private document(): object {
    const versions = [...this.tarballs.keys()];
    return {
      name: 'tiny',
      'dist-tags': { latest: versions.at(-1) },
      versions: Object.fromEntries(
        versions.map((version) => [
          version,
          {
            name: 'tiny',
            version,
            hasInstallScript: true,
            dist: {
              tarball: `${this.address}/tiny/-/tiny-${version}.tgz`,
              integrity: this.integrity(version),
            },
          },
        ]),
      ),
    };
  }
}

function packed(version: string): Buffer {
  const parent = mkdtempSync(join(tmpdir(), 'ymera-pack-'));
  mkdirSync(join(parent, 'package'));
  writeFileSync(join(parent, 'package/index.js'), `module.exports = '${version}';`);
  const manifest = { name: 'tiny', version, scripts: { install: 'echo ran > ran' } };
  writeFileSync(join(parent, 'package/package.json'), JSON.stringify(manifest));
  execFileSync('tar', ['-czf', 'tiny.tgz', 'package'], { cwd: parent });
  const tarball = readFileSync(join(parent, 'tiny.tgz'));
  rmSync(parent, { recursive: true });
  return tarball;
}
