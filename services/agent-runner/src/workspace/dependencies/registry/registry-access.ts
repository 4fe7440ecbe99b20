import { existsSync } from 'node:fs';
import type { Sandbox, SandboxMount } from '../../../sandbox/sandbox';
import type { ProjectFiles } from '../project-files';
import type { MachineRegistries } from './machine-registries';
import { bridged } from './proxy-bridge';
import { sourcesOf } from './refused-sources';
import { allowedHost, hostOf, publicRegistries, type AllowedHost } from './registry-policy';
import { RegistryProxy } from './registry-proxy';

export interface InstallationNetwork {
  /** The command line that runs a script with access to the registries. */
  readonly wrap: (script: string) => readonly string[];
  readonly mounts: readonly SandboxMount[];
  readonly environment: Readonly<Record<string, string>>;
}

const socketTarget = '/ymera/registry.socket';
const systemCertificates = '/etc/ssl/certs/ca-certificates.crt';

/** The allowed sources of one installation: from this machine and its operator, the usual ones, and the project's base. */
export class RegistryAccess {
  private readonly allowed: AllowedHost[];
  private proxy: RegistryProxy | undefined;

  constructor(private readonly registries: MachineRegistries) {
    const named = registries.named ?? [];
    this.allowed = [
      ...publicRegistries.map((host) => ({ host, mayBePrivate: false })),
      ...named.flatMap((address) => {
        const host = hostOf(address);
        return host ? [{ ...host, mayBePrivate: true }] : [];
      }),
    ];
  }

  get refusedHosts(): readonly string[] {
    return this.proxy?.refusedHosts ?? [];
  }

  /** Registries that the project had before the change are its own; their addresses must be public. */
  async allowNamedBy(base: ProjectFiles | undefined): Promise<void> {
    if (!base) return;
    for (const { address } of await sourcesOf(base)) {
      const host = hostOf(address);
      if (host) this.allowed.push({ ...host, mayBePrivate: false });
    }
  }

  allows(address: string): boolean {
    const host = hostOf(address);
    const port = host?.port ?? (address.startsWith('http:') ? 80 : 443);
    return host !== undefined && allowedHost(this.allowed, host.host, port) !== undefined;
  }

  /** Gives access to the registries while `run` runs. */
  async during<T>(sandbox: Sandbox, run: (network: InstallationNetwork) => Promise<T>): Promise<T> {
    const { upstream } = this.registries;
    this.proxy = new RegistryProxy({ allowed: this.allowed, ...(upstream ? { upstream } : {}) });
    const socket = { source: await this.proxy.listen(), target: socketTarget };
    try {
      return await run({
        wrap: (script) => bridged(sandbox.mountPath(socket), script),
        mounts: [socket],
        environment: this.certificates(),
      });
    } finally {
      await this.proxy.close();
    }
  }

  /** Certificate authorities of this machine, for programs with their own list. */
  private certificates(): Readonly<Record<string, string>> {
    const file = this.registries.certificates ?? systemCertificates;
    if (!existsSync(file)) return {};
    const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT', 'CARGO_HTTP_CAINFO', 'GIT_SSL_CAINFO'];
    return Object.fromEntries(names.map((name) => [name, file]));
  }
}
