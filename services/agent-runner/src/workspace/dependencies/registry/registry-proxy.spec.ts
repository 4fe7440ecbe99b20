import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { readMachineRegistries } from './machine-registries';
import { sourcesIn } from './refused-sources';
import { hostOf, isPrivateAddress, type AllowedHost } from './registry-policy';
import { RegistryProxy } from './registry-proxy';

describe('isPrivateAddress', () => {
  it.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'])(
    'is %s',
    (address) => expect(isPrivateAddress(address)).toBe(true),
  );
  it.each(['::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', 'localhost'])('is %s', (address) =>
    expect(isPrivateAddress(address)).toBe(true),
  );
  it.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111'])('is false for %s', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  );
});

describe('RegistryProxy', () => {
  let registry: Server;
  let proxy: RegistryProxy | undefined;
  beforeAll(async () => {
    registry = createServer((incoming, response) => response.end(`${incoming.headers.host} ${incoming.url}`));
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => registry.close());
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });
  const port = () => (registry.address() as AddressInfo).port;

  const get = async (url: string, allowed: readonly AllowedHost[]) => {
    proxy = new RegistryProxy({ allowed });
    const socketPath = await proxy.listen();
    return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      request({ socketPath, path: url, headers: { host: new URL(url).host } }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      })
        .on('error', reject)
        .end();
    });
  };
  const tunnel = async (target: string, allowed: readonly AllowedHost[]) => {
    proxy = new RegistryProxy({ allowed });
    const socket = connect(await proxy.listen());
    return new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.startsWith('HTTP/1.1 200') && !text.includes('\r\n\r\nHTTP'))
          socket.write(`GET /x HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n`);
      });
      socket.on('close', () => resolve(text));
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    });
  };

  it('forwards to an allowed registry, by absolute addresses and by tunnels', async () => {
    const named = [{ host: '127.0.0.1', mayBePrivate: true }];
    const host = `127.0.0.1:${port()}`;
    expect(await get(`http://${host}/tiny?x=1`, named)).toEqual({ status: 200, text: `${host} /tiny?x=1` });
    await proxy?.close();
    expect(await tunnel(host, named)).toContain('inner /x');
  });

  it('refuses other hosts and records them', async () => {
    expect(await get('http://other.example.invalid/', [])).toMatchObject({ status: 403 });
    expect(proxy?.refusedHosts).toEqual(['other.example.invalid:80']);
    await proxy?.close();
    expect(await tunnel('other.example.invalid:443', [])).toMatch(/^HTTP\/1.1 403/);
  });

  it('refuses another port of a registry with a port', async () => {
    const named = [{ host: '127.0.0.1', port: port() + 1, mayBePrivate: true }];
    expect(await get(`http://127.0.0.1:${port()}/`, named)).toMatchObject({ status: 403 });
  });

  it('refuses a name that resolves to a private address, unless that is allowed', async () => {
    const url = `http://localhost:${port()}/`;
    expect(await get(url, [{ host: 'localhost', mayBePrivate: false }])).toMatchObject({
      status: 403,
      text: expect.stringContaining('private address'),
    });
    await proxy?.close();
    expect(await get(url, [{ host: 'localhost', mayBePrivate: true }])).toMatchObject({ status: 200 });
  });
});

describe('sourceAddresses', () => {
  it.each<[file: string, line: string, address: string | undefined]>([
    ['package-lock.json', '  "resolved": "https://a.example/x.tgz",', 'https://a.example/x.tgz'],
    ['package-lock.json', '  "resolved": "packages/a",', undefined],
    ['package.json', '{"dependencies":{"x":"git+https://a.example/x"}}', 'git+https://a.example/x'],
    ['package.json', '{"overrides":{"y":{"x":"http://a.example/x.tgz"}}}', 'http://a.example/x.tgz'],
    ['package.json', '{"repository":{"url":"git://a.example/x"},"homepage":"https://a.example"}', undefined],
    ['.npmrc', '@scope:registry=https://a.example/', 'https://a.example/'],
    ['yarn.lock', '  resolved "https://a.example/x.tgz#1"', 'https://a.example/x.tgz#1'],
    ['pnpm-lock.yaml', '    resolution: {tarball: https://a.example/x.tgz}', 'https://a.example/x.tgz'],
    ['requirements.txt', '--extra-index-url https://a.example/simple', 'https://a.example/simple'],
    ['requirements.txt', 'x @ git+https://a.example/x.git', 'git+https://a.example/x.git'],
    ['requirements.txt', '# https://a.example/ says why', undefined],
    ['pyproject.toml', 'url = "https://a.example/simple"', 'https://a.example/simple'],
    ['uv.lock', 'source = { registry = "https://a.example/simple" }', 'https://a.example/simple'],
    ['Cargo.toml', 'x = { git = "https://a.example/x" }', 'https://a.example/x'],
    ['Cargo.lock', 'source = "registry+https://github.com/rust-lang/crates.io-index"', undefined],
    ['pom.xml', '<url>https://a.example/maven2</url>', 'https://a.example/maven2'],
    ['pom.xml', '<url>https://www.example/project</url>', undefined],
  ])('finds in %s: %s', (file, line, address) => {
    expect(sourcesIn(file, line).map((source) => source.address)).toEqual(
      address === undefined ? [] : [address],
    );
  });

  it.each([
    ['https://a.example:8443/x', { host: 'a.example', port: 8443 }],
    ['git+ssh://git@a.example/x.git', { host: 'a.example' }],
    ['sparse+https://a.example/', { host: 'a.example' }],
    ['a.example', { host: 'a.example' }],
    ['', undefined],
  ])('returns the host of %s', (address, host) => {
    expect(hostOf(address)).toEqual(host);
  });
});

describe('the registries of this machine', () => {
  const files: Record<string, string> = {
    '/home/me/.npmrc':
      'registry=https://me:pw@npm.example/\n//npm.example/:_authToken=secret\ncafile=/ca.pem\n',
    '/etc/pip.conf': '[global]\nindex-url = https://pip.example/simple\n',
    '/home/me/.cargo/config.toml':
      '[source.crates-io]\nreplace-with = "m"\n[source.m]\nregistry = "sparse+https://cargo.example/"\n[registries.m]\ntoken = "secret"\n[net]\nretry = 1\n',
    '/home/me/.m2/settings.xml':
      '<settings><servers><password>secret</password></servers><mirrors><mirror><url>https://maven.example/</url></mirror></mirrors></settings>',
  };
  const read = (path: string) => files[path] ?? '';

  it('are those of its package managers, without credentials', () => {
    const found = readMachineRegistries(
      '/home/me',
      { GOPROXY: 'https://go.example,direct', https_proxy: 'http://proxy.example:3128' },
      ['own.example'],
      read,
    );
    expect(found).toMatchObject({
      npm: 'https://npm.example/',
      pythonIndex: 'https://pip.example/simple',
      goProxy: 'https://go.example,direct',
      certificates: '/ca.pem',
      upstream: { host: 'proxy.example', port: 3128 },
    });
    const hosts = found.named?.map((address) => hostOf(address)?.host);
    for (const host of ['own', 'npm', 'pip', 'go', 'cargo', 'maven'])
      expect(hosts).toContain(`${host}.example`);
    expect(JSON.stringify({ ...found, named: [] })).not.toContain('secret');
  });
});
