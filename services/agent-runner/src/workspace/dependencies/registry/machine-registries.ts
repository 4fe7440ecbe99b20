import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The registries of the package managers of the platform's user. Never includes credentials. */
export interface MachineRegistries {
  /** Hosts or addresses from the machine's configuration or its operator: they may be private. */
  readonly named?: readonly string[];
  readonly npm?: string;
  readonly pythonIndex?: string;
  readonly goProxy?: string;
  /** The parts of cargo's configuration that replace sources. */
  readonly cargo?: string;
  /** Mirrors of Maven's settings, as XML. */
  readonly mavenMirrors?: string;
  /** File of certificate authorities that the machine trusts. */
  readonly certificates?: string;
  /** The proxy of this machine. */
  readonly upstream?: { readonly host: string; readonly port: number };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration of this user's npm, pip, go, cargo and Maven, and the variables of the runner. */
export function readMachineRegistries(
  home: string,
  environment: Environment,
  operatorHosts: readonly string[],
  read: (path: string) => string = readText,
): MachineRegistries {
  const texts = (paths: readonly string[]) =>
    paths.map((path) => read(path.startsWith('/') ? path : join(home, path))).join('\n');
  const npmrc = texts(['/etc/npmrc', '/usr/etc/npmrc', '.npmrc']);
  const pip = texts(['/etc/pip.conf', '.pip/pip.conf', '.config/pip/pip.conf', '.config/uv/uv.toml']);
  const cargo = texts(['.cargo/config', '.cargo/config.toml']);
  const maven = texts(['.m2/settings.xml']);
  const go = texts(['.config/go/env']);
  const npm = last(npmrc, /^\s*registry\s*=\s*(\S+)/gm) ?? environment['npm_config_registry'];
  const pythonIndex =
    environment['UV_DEFAULT_INDEX'] ??
    environment['PIP_INDEX_URL'] ??
    last(pip, /^\s*(?:index-url|default-index)\s*=\s*"?([^"\s]+)/gm);
  const goProxy = environment['GOPROXY'] ?? last(go, /^GOPROXY=(\S+)/gm);
  const sources = sectionsOf(cargo, /^\[(source|registries)\b/);
  const mirrors = /<mirrors>[^]*<\/mirrors>/.exec(maven.replaceAll(/<!--[^]*?-->/g, ''))?.[0];
  const certificates =
    environment['NODE_EXTRA_CA_CERTS'] ??
    environment['SSL_CERT_FILE'] ??
    last(npmrc, /^\s*cafile\s*=\s*(\S+)/gm);
  const upstream = proxyOf(environment['https_proxy'] ?? environment['HTTPS_PROXY']);
  const addresses = [
    ...all(npmrc, /^\s*(?:@[\w.-]+:)?registry\s*=\s*(\S+)/gm),
    ...all(pip, /^\s*(?:extra-)?index-url\s*=\s*"?([^"\s]+)/gm),
    ...[npm, pythonIndex].filter((address) => address !== undefined),
    ...(goProxy ?? '').split(/[,|]/).filter((address) => address.includes('://')),
    ...all(sources, /"(?:sparse\+)?(https?:[^"]+)"/g),
    ...all(mirrors ?? '', /<url>\s*([^<\s]+)/g),
  ];
  return {
    // A usual registry needs no configuration, and must stay public.
    named: [...operatorHosts, ...addresses],
    ...(npm === undefined ? {} : { npm: withoutCredentials(npm) }),
    ...(pythonIndex === undefined ? {} : { pythonIndex: withoutCredentials(pythonIndex) }),
    ...(goProxy === undefined ? {} : { goProxy }),
    ...(sources === '' ? {} : { cargo: sources }),
    ...(mirrors === undefined ? {} : { mavenMirrors: mirrors }),
    ...(certificates === undefined ? {} : { certificates }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

const all = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const last = (text: string, pattern: RegExp): string | undefined => all(text, pattern).at(-1);
const withoutCredentials = (address: string): string => address.replace(/\/\/[^/@]*@/, '//');

/** The tables of a TOML text whose headings fit, each up to the next heading. */
function sectionsOf(text: string, heading: RegExp): string {
  const sections = text.split(/^(?=\[)/m).filter((section) => heading.test(section));
  return sections.join('').replaceAll(/^\s*token\s*=.*$/gm, '');
}

function proxyOf(address: string | undefined): MachineRegistries['upstream'] {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { hostname, port } = new URL(address);
  return hostname === '' ? undefined : { host: hostname, port: Number(port || 80) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
