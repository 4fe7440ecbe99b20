import { BlockList, isIP } from 'node:net';

/** A host that packages may be fetched from. */
export interface AllowedHost {
  readonly host: string;
  /** Every port where it is absent. */
  readonly port?: number;
  /** Whether its name may resolve to an address of this machine or of a private network: only when an operator named it. */
  readonly mayBePrivate: boolean;
}

/** The default registries of package managers. */
export const publicRegistries: readonly string[] = [
  ...['registry.npmjs.org', 'registry.yarnpkg.com', 'repo.yarnpkg.com', 'npm.jsr.io'],
  ...['pypi.org', 'files.pythonhosted.org'],
  ...['proxy.golang.org', 'sum.golang.org'],
  ...['index.crates.io', 'static.crates.io', 'crates.io'],
  ...['repo.maven.apache.org', 'repo1.maven.org', 'plugins.gradle.org', 'services.gradle.org'],
  ...['rubygems.org', 'index.rubygems.org', 'repo.hex.pm', 'builds.hex.pm', 'repo.packagist.org'],
];

const privateAddresses = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv6');

/** Loopback, link-local, private and other addresses that are no public server's, and invalid ones. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  const version = isIP(address);
  return version === 0 || privateAddresses.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** The entry that allows a host and port; one that may be private is preferred. */
export function allowedHost(
  allowed: readonly AllowedHost[],
  host: string,
  port: number,
): AllowedHost | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  const fitting = allowed.filter((entry) => entry.host === name && (entry.port ?? port) === port);
  return fitting.find(({ mayBePrivate }) => mayBePrivate) ?? fitting[0];
}

/** Host and port of an address such as `https://host:8443/path`, `host:8443` or `host`; undefined for anything else. */
export function hostOf(address: string): Omit<AllowedHost, 'mayBePrivate'> | undefined {
  const url = /^[a-z][a-z+]*:\/\//i.test(address) ? address : `https://${address}`;
  try {
    const { hostname, port, protocol } = new URL(
      url.replace(/^(git|sparse|ssh|registry)\+/i, '').replace(/^ssh:/i, 'https:'),
    );
    if (hostname === '' || !/^https?:$/.test(protocol)) return undefined;
    return { host: hostname.toLowerCase(), ...(port === '' ? {} : { port: Number(port) }) };
  } catch {
    return undefined;
  }
}
