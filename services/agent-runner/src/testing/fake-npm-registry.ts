import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface ServedPackage {
  readonly name: string;
  readonly version: string;
  readonly tarball: Buffer;
  /** The part of a package's document that comes from its manifest. */
  readonly manifest: object;
}

/**
 * An npm registry on this machine with a few versions of one package, `tiny`, whose install script must not run, and with
 * locally installed programs.
 */
export class FakeNpmRegistry {
  /** The requested paths. */
  readonly asked: string[] = [];
  private readonly packages: readonly ServedPackage[];
  private readonly server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    this.asked.push(path);
    const served = this.packages.find((one) => path === placeOf(one));
    const document = this.documentOf(path.slice(1));
    if (served) response.end(served.tarball);
    else if (document) response.end(JSON.stringify(document));
    else response.writeHead(404).end('{}');
  });

  /** `programs` are names of packages that this project depends on. */
  constructor(versions: readonly string[], programs: readonly string[] = []) {
    this.packages = [...versions.map(tinyPackage), ...programs.map(installedPackage)];
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** An entry of a lockfile; the address is the public one, as in real lockfiles. */
  locked(version: string, resolved = `https://registry.npmjs.org/tiny/-/tiny-${version}.tgz`): object {
    return { version, resolved, integrity: this.integrity(version), hasInstallScript: true };
  }

  /** Of a version of `tiny`. */
  integrity(version: string): string {
    return integrityOf(this.tarball(version));
  }

  /** Of a version of `tiny`. */
  tarball(version: string): Buffer {
    const served = this.packages.find((one) => one.name === 'tiny' && one.version === version);
    return served?.tarball ?? Buffer.alloc(0);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private documentOf(name: string): object | undefined {
    const versions = this.packages.filter((one) => one.name === name);
    if (versions.length === 0) return undefined;
    return {
      name,
      'dist-tags': { latest: versions.at(-1)?.version },
      versions: Object.fromEntries(
        versions.map((one) => [
          one.version,
          {
            ...one.manifest,
            dist: { tarball: `${this.address}${placeOf(one)}`, integrity: integrityOf(one.tarball) },
          },
        ]),
      ),
    };
  }
}

const placeOf = ({ name, version }: ServedPackage): string => `/${name}/-/${name}-${version}.tgz`;
const integrityOf = (tarball: Buffer): string =>
  `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

function tinyPackage(version: string): ServedPackage {
  return {
    name: 'tiny',
    version,
    tarball: packed(version),
    manifest: { name: 'tiny', version, hasInstallScript: true },
  };
}

function installedPackage(name: string): ServedPackage {
  const folder = join(__dirname, '../../../../node_modules', name);
  const { version, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    bin: object;
  };
  const options = ['-cz', '--transform', 's,^[.],package,', '.'];
  const tarball = execFileSync('tar', options, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return { name, version, tarball, manifest: { name, version, bin } };
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
