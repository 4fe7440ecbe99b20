import {
  parseMountInfo,
  planHostView,
  type HostEntry,
  type HostMount,
  type HostViewInput,
} from './host-view';

const mount = (path: string, type = 'ext4', isDirectory = true): HostMount => ({ path, type, isDirectory });
const folder = (name: string): HostEntry => ({ name, kind: 'directory' });

const host: HostViewInput = {
  mounts: [
    mount('/'),
    mount('/home'),
    mount('/proc', 'proc'),
    mount('/mnt/share', 'nfs'),
    mount('/var/lib/data'),
  ],
  hidden: ['/home/ada/.ssh', '/srv/state', '/srv/state/secrets'],
  privileged: true,
  named: [],
  list: (path) =>
    ({
      '/': [
        folder('home'),
        folder('proc'),
        folder('var'),
        folder('mnt'),
        folder('usr'),
        { name: 'bin', kind: 'link', target: 'usr/bin' } as const,
      ],
      '/var': [folder('lib'), folder('tmp'), folder('log')],
      '/var/lib': [folder('data'), folder('dpkg')],
      '/mnt': [folder('share')],
    })[path] ?? [],
};
const paths = (input: HostViewInput) => planHostView(input).map((node) => `${node.kind} ${node.path}`);

describe('the view of the host', () => {
  it('has one layer over everything and one over each local mount, for root', () => {
    expect(paths(host)).toEqual(['layer /', 'layer /home', 'layer /var/lib/data']);
  });

  it('has layers over folders without mounts below, for other users', () => {
    expect(paths({ ...host, privileged: false })).toEqual([
      'layer /home',
      'folder /var',
      'folder /var/lib',
      'layer /var/lib/data',
      'layer /var/lib/dpkg',
      'layer /var/log',
      'folder /mnt',
      'layer /usr',
      'link /bin',
    ]);
  });

  it('hides each hidden path once, in the layer that would show it', () => {
    const hidden = planHostView(host).flatMap((node) =>
      node.kind === 'layer' ? [[node.path, node.hidden]] : [],
    );
    expect(hidden).toEqual([
      ['/', ['/home/ada/.ssh', '/srv/state']],
      ['/home', ['/home/ada/.ssh']],
      ['/var/lib/data', []],
    ]);
  });

  it.each([
    [
      'a file in a private folder, with what is beside it',
      '/tmp/work/agent.mjs',
      'file',
      ['layer /tmp/work'],
    ],
    ['a file directly in a private folder, alone', '/tmp/agent.mjs', 'file', ['file /tmp/agent.mjs']],
    ['all of a private folder, not at all', '/tmp', 'directory', []],
    ['what is shown anyway, not again', '/usr/bin/env', 'file', []],
    ['a secret, not at all', '/home/ada/.ssh/id_ed25519', 'file', []],
    ['the kernel’s folders, not at all', '/proc/self/environ', 'file', []],
    ['a folder on a network mount', '/mnt/share/tools/agent', 'file', ['layer /mnt/share/tools']],
  ] as const)('shows the paths of the command line: %s', (_, path, kind, expected) => {
    const named = paths({ ...host, named: [{ path, kind }] });
    expect(named.slice(3)).toEqual(expected);
  });

  it('reads the mount table, with escaped names', () => {
    const table =
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 0:5 / /a\\040b rw - tmpfs tmpfs rw\n';
    expect(parseMountInfo(table, () => true)).toEqual([mount('/'), mount('/a b', 'tmpfs')]);
  });
});
