import { isHostAllowed, isPathAllowed, parseProjectSource } from './project-source';

const parsed = (source: string) => {
  const result = parseProjectSource(source);
  return result.ok ? result.value : result.error.code;
};

describe('a source', () => {
  it.each<[string, unknown]>([
    ['/home/ada/sample', { kind: 'path', path: '/home/ada/sample' }],
    ['file:///srv/a%20b.git', { kind: 'path', path: '/srv/a b.git' }],
    [
      'https://example.org/a.git',
      { kind: 'remote', protocol: 'https', url: 'https://example.org/a.git', host: 'example.org' },
    ],
    [
      'http://Example.org:8080/a',
      { kind: 'remote', protocol: 'http', url: 'http://Example.org:8080/a', host: 'example.org:8080' },
    ],
    [
      'ssh://git@example.org/a.git',
      { kind: 'remote', protocol: 'ssh', url: 'ssh://git@example.org/a.git', host: 'example.org' },
    ],
    [
      'git@example.org:a/b.git',
      { kind: 'remote', protocol: 'ssh', url: 'git@example.org:a/b.git', host: 'example.org' },
    ],
    ['relative/path', 'repo_not_found'],
    ['', 'repo_not_found'],
    ['/a\nb', 'repo_not_found'],
    ['-oProxyCommand=x', 'repo_not_found'],
    ['ext::sh -c x', 'repo_not_found'],
    ['ssh://-oProxyCommand=x/a', 'repo_not_found'],
    ['git://example.org/a', 'source_not_allowed'],
    ['ftp://example.org/a', 'source_not_allowed'],
    ['https://user:token@example.org/a', 'source_not_allowed'],
    ['https://token@example.org/a', 'source_not_allowed'],
  ])('"%s"', (source, expected) => {
    expect(parsed(source)).toEqual(expected);
  });
});

describe('source policy', () => {
  it('allows a path below a root and rejects one that only shares its prefix', () => {
    const policy = { roots: ['/srv/git'], hosts: [] };
    expect(isPathAllowed('/srv/git/a.git', policy)).toBe(true);
    expect(isPathAllowed('/srv/git', policy)).toBe(true);
    expect(isPathAllowed('/srv/git-private/a', policy)).toBe(false);
    expect(isPathAllowed('/', { roots: ['/'], hosts: [] })).toBe(true);
    expect(isPathAllowed('/a', { roots: ['/'], hosts: [] })).toBe(true);
  });

  it.each<[string, readonly string[], boolean]>([
    ['example.org', [], false],
    ['example.org', ['example.org'], true],
    ['example.org:8080', ['example.org'], true],
    ['example.org', ['example.org:8080'], false],
    ['git.example.org', ['*.example.org'], true],
    ['evil-example.org', ['*.example.org'], false],
    ['anything', ['*'], true],
  ])('allows host %s under the list %j: %s', (host, hosts, expected) => {
    expect(isHostAllowed(host, { roots: [], hosts })).toBe(expected);
  });
});
