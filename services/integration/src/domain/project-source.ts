import { err, failure, ok, type Result } from '@ymera/kernel';

/** The location that a project is copied from. */
export type ProjectSource =
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'remote';
      readonly protocol: RemoteProtocol;
      readonly url: string;
      readonly host: string;
    };

type RemoteProtocol = 'http' | 'https' | 'ssh';

export interface SourcePolicy {
  /** Folders below which a local repository may lie; `/` allows all. */
  readonly roots: readonly string[];
  /** Hosts (`host`, `host:port`, `*.domain` or `*`) that may be fetched from; none by default, so that a URL cannot probe the network. */
  readonly hosts: readonly string[];
}

/** `user@host:path`, git's short form of ssh. With a colon after a slash it is a path. */
const scpLike = /^(?:([A-Za-z0-9._-]+)@)?([A-Za-z0-9.-]+):(?!\/\/)(.+)$/;
const controlCharacter = /[\u0000-\u001f\u007f]/;

const notFound = (message: string, suggestion: string) =>
  err(failure('not_found', 'repo_not_found', message, { suggestion }));
const notAllowed = (message: string, suggestion: string) =>
  err(failure('forbidden', 'source_not_allowed', message, { suggestion }));

/** Parses an absolute path, a `file:`, `http(s):` or `ssh:` URL, or `user@host:path`; anything else is no repository. */
export function parseProjectSource(source: string): Result<ProjectSource> {
  if (controlCharacter.test(source))
    return notFound('The source contains control characters.', 'Give a path or a URL.');
  if (source.startsWith('/')) return ok({ kind: 'path', path: source });
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return parseUrl(source);
  const short = scpLike.exec(source);
  if (short?.[2] !== undefined && !source.includes('::'))
    return ok({ kind: 'remote', protocol: 'ssh', url: source, host: short[2].toLowerCase() });
  return notFound(
    `"${source}" is neither an absolute path nor a URL.`,
    'Give the absolute path of the repository.',
  );
}

function parseUrl(source: string): Result<ProjectSource> {
  if (!URL.canParse(source)) return notFound(`"${source}" is not a URL.`, 'Check the URL.');
  const url = new URL(source);
  if (url.protocol === 'file:') return ok({ kind: 'path', path: decodeURIComponent(url.pathname) });
  if (url.protocol !== 'http:' && url.protocol !== 'https:' && url.protocol !== 'ssh:')
    return notAllowed(`${url.protocol} URLs are not allowed.`, 'Use a path, https or ssh.');
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
    return notAllowed(
      'The URL contains a credential, which would be stored and logged.',
      'Give the URL without it, and configure a credential for the integration service.',
    );
  // A host such as `-oProxyCommand=...` would be an option of ssh.
  if (url.hostname === '' || url.hostname.startsWith('-'))
    return notFound('The URL has no valid host.', 'Check the URL.');
  const protocol = url.protocol === 'http:' ? 'http' : url.protocol === 'https:' ? 'https' : 'ssh';
  return ok({ kind: 'remote', protocol, url: source, host: url.host.toLowerCase() });
}

/** `realPath` is the path with all links resolved, so that no link leads out of an allowed folder. */
export function isPathAllowed(realPath: string, policy: SourcePolicy): boolean {
  return policy.roots.some((root) => {
    const prefix = root.endsWith('/') ? root : `${root}/`;
    return realPath === root || realPath.startsWith(prefix);
  });
}

export function isHostAllowed(host: string, policy: SourcePolicy): boolean {
  const name = host.replace(/:\d+$/, '');
  return policy.hosts.some((allowed) => {
    if (allowed === '*') return true;
    if (allowed.startsWith('*.')) return name.endsWith(allowed.slice(1).toLowerCase());
    return [host, name].includes(allowed.toLowerCase());
  });
}
