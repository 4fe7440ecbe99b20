import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { missingOptionalPackages } from '../../tooling/complete-lockfile.mjs';
import { inRepository } from '../paths.mjs';
import { canReach, ownUid, serverAccount } from './account.mjs';
import {
  dependenciesAreCurrent,
  hydratePostgresLinks,
  isInstalled,
  missingNestedPackages,
  npmEnvironment,
} from './dependencies.mjs';
import { tryLock } from './lock.mjs';
import { findNode24 } from './node24.mjs';
import { findProgram, privilegedPrefix } from './packages.mjs';
import { launchers } from './parents.mjs';
import { freePorts } from './ports.mjs';
import { sharedHome } from './postgres-binaries.mjs';
import { identify, isAlive, parseStat } from './processes.mjs';
import { servicePolicy } from './service-policy.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ymera-launcher-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('processes', () => {
  test('a command name with spaces and brackets does not shift the fields', () => {
    const row = parseStat('42 (a) b (c)) S 7 40 39 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 1 0 98765 1 1');
    assert.deepEqual(row, { pid: 42, zombie: false, parent: 7, group: 40, session: 39, started: '98765' });
  });

  test('a pid that another process has now is another identity', () => {
    const own = identify(process.pid);
    assert.ok(own && isAlive(own));
    assert.equal(isAlive({ ...own, started: '1' }), false);
    assert.equal(isAlive(undefined), false);
  });

  test('the parents of a launcher are its shell and the npm above it', () => {
    const table = new Map([
      [9, { name: 'sh', parent: 8 }],
      [8, { name: 'npm run demo', parent: 7 }],
    ]);
    assert.deepEqual(
      launchers(9, (pid) => table.get(pid)),
      [9, 8],
    );
  });

  test('a parent that ended during the search ends it without an error', () => {
    assert.deepEqual(
      launchers(9, () => undefined),
      [9],
    );
    const { pid } = spawnSync('/bin/true');
    assert.deepEqual(launchers(pid), [pid]);
  });
});

describe('lock', () => {
  test('one holder at a time; free again after release', () => {
    const path = join(folder, 'a.lock');
    const first = tryLock(path);
    assert.ok(first.taken);
    const second = tryLock(path);
    assert.ok(!second.taken);
    assert.equal(second.holder.pid, process.pid);
    first.release();
    assert.equal(tryLock(path).taken, true);
  });

  test('writes to no file that existed before, also through a link', () => {
    const path = join(folder, 'c.lock');
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, `${path}.${process.pid}`);
    assert.equal(tryLock(path).taken, true);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('is taken over from a dead holder, also when another process has its pid now', () => {
    const path = join(folder, 'b.lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: '1' }));
    assert.equal(tryLock(path).taken, true);
  });
});

describe('ports', () => {
  test('are free, different, and the remembered ones when those are free', async () => {
    const ports = await freePorts(['a', 'b', 'c']);
    assert.equal(new Set(Object.values(ports)).size, 3);
    assert.equal((await freePorts(['a'], ports)).a, ports.a);
  });

  test('a remembered port that is taken is replaced', async () => {
    const { a } = await freePorts(['a']);
    const server = createServer().listen(a, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    assert.notEqual((await freePorts(['a'], { a })).a, a);
    server.close();
  });

  test('a port found free is reserved against other launchers before its server listens', async () => {
    const { a } = await freePorts(['a']);
    const script = `import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.mjs'))};
      process.stdout.write(String((await freePorts(['a'], { a: ${a} })).a));`;
    const other = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.match(other, /^\d+$/);
    assert.notEqual(Number(other), a);
  });

  test('a port is free again when the launcher that reserved it has ended', async () => {
    const script = `import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.mjs'))};
      process.stdout.write(String((await freePorts(['a'])).a));`;
    const a = Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    );
    assert.equal((await freePorts(['a'], { a })).a, a);
  });
});

describe('dependencies', () => {
  const wanted = {
    packages: {
      '': { version: '1' },
      'libs/kernel': { version: '1' },
      'node_modules/@ymera/kernel': { link: true },
      'node_modules/pg': { version: '8.0.0' },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  };
  const installed = {
    packages: { 'node_modules/@ymera/kernel': { link: true }, 'node_modules/pg': { version: '8.0.0' } },
  };

  test('are installed when every package has its version; those of other platforms may be missing', () => {
    assert.equal(isInstalled(wanted, installed), true);
    assert.equal(
      isInstalled(wanted, { packages: { ...installed.packages, 'node_modules/pg': { version: '8.0.1' } } }),
      false,
    );
    assert.equal(isInstalled(wanted, { packages: { 'node_modules/pg': { version: '8.0.0' } } }), false);
  });

  test('a deleted package below a workspace is missing, though npm’s record names it', () => {
    const root = join(folder, 'checkout');
    const packages = {
      'services/cli/node_modules/ansi': { version: '1.0.0' },
      'node_modules/pg/node_modules/ansi': { version: '2.0.0' },
      'services/cli/node_modules/other-platform': { version: '1.0.0', optional: true },
      'services/cli/node_modules/asked-for-by-one': { version: '1.0.0', devOptional: true },
      'services/cli/node_modules/brought-by-others': { version: '1.0.0', peer: true },
      'services/cli/node_modules/kernel': { link: true },
      'services/cli': { version: '1.0.0' },
    };
    const write = (/** @type {string} */ path, /** @type {object} */ content) => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), JSON.stringify(content));
    };
    write('package-lock.json', { packages });
    write('node_modules/.package-lock.json', { packages });
    write('services/cli/node_modules/ansi/package.json', {});
    assert.equal(dependenciesAreCurrent(root), true);
    rmSync(join(root, 'services/cli/node_modules'), { recursive: true });
    assert.equal(dependenciesAreCurrent(root), false);
    mkdirSync(join(root, 'services/cli/node_modules/ansi'), { recursive: true });
    assert.equal(dependenciesAreCurrent(root), false, 'a folder without its package');
    assert.deepEqual(
      missingNestedPackages({ packages }, () => false),
      ['services/cli/node_modules/ansi'],
    );
  });

  test("the outer npm run's flags do not reach the inner npm", () => {
    const env = {
      npm_config_json: 'true',
      npm_config_registry: 'r',
      npm_lifecycle_event: 'demo',
      PATH: '/bin',
    };
    assert.deepEqual(npmEnvironment(env), { npm_config_registry: 'r', PATH: '/bin' });
  });

  test('the lockfile names every optional package, so that npm ci accepts it', () => {
    const lock = JSON.parse(readFileSync(inRepository('package-lock.json'), 'utf8'));
    assert.deepEqual(
      Object.keys(missingOptionalPackages(lock)),
      [],
      'run: node deploy/tooling/complete-lockfile.mjs',
    );
  });

  test("PostgreSQL's missing links are created", () => {
    const home = join(folder, 'pg');
    mkdirSync(join(home, 'native', 'lib'), { recursive: true });
    writeFileSync(
      join(home, 'native', 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/a.so.1', target: 'native/lib/a.so' }]),
    );
    hydratePostgresLinks(home);
    hydratePostgresLinks(home);
    assert.equal(readlinkSync(join(home, 'native', 'lib', 'a.so')), 'a.so.1');
  });
});

describe('Node 24', () => {
  const old = { path: '/usr/bin/node', version: 'v20.20.2' };

  test('the bundled one runs the project when its version is 24', () => {
    const found = findNode24({ bundled: process.execPath, running: old, version: () => 'v24.21.0' });
    assert.deepEqual(found, { path: process.execPath, version: 'v24.21.0' });
  });

  test('without it the running one does when it is new enough, with a note', () => {
    const found = findNode24({ bundled: '/none', running: { path: '/n', version: 'v24.0.0' } });
    assert.equal(found.path, '/n');
    assert.match(found.note ?? '', /no bundled Node 24/);
  });

  test('a bundled one that does not start, with an old one running, is a failure with a suggestion', () => {
    assert.throws(() => findNode24({ bundled: process.execPath, running: old, version: () => undefined }), {
      code: 'node_missing',
    });
  });
});

describe('service policy', () => {
  const path = join(folder, 'policy-rc.d');
  const forbids = () => spawnSync(path).status === 101;

  test('forbids until it is restored, and leaves no file where there was none', () => {
    const policy = servicePolicy(path);
    policy.forbid();
    assert.equal(forbids(), true);
    policy.restore();
    assert.equal(existsSync(path), false);
  });

  test('restores the previous file exactly, also after a killed installation', () => {
    writeFileSync(path, '#!/bin/sh\nexit 102\n');
    chmodSync(path, 0o750);
    utimesSync(path, 1_000, 1_000);
    servicePolicy(path).forbid();
    const policy = servicePolicy(path);
    policy.forbid();
    assert.equal(forbids(), true);
    policy.restore();
    const stat = statSync(path);
    assert.deepEqual(
      [readFileSync(path, 'utf8'), stat.mode & 0o777, stat.mtimeMs],
      ['#!/bin/sh\nexit 102\n', 0o750, 1_000_000],
    );
    assert.equal(existsSync(`${path}.before-ymera`), false);
  });
});

describe('accounts and privileges', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n';

  test('servers run as an ordinary user, and under root as the caller of sudo, else as a system account', () => {
    assert.equal(serverAccount({ uid: 1000 }), undefined);
    assert.equal(serverAccount({ uid: 0, env: { SUDO_USER: 'ann' }, passwd })?.uid, 1000);
    assert.equal(serverAccount({ uid: 0, env: {}, passwd })?.name, 'nobody');
    assert.equal(serverAccount({ uid: 0, env: { SUDO_USER: 'root' }, passwd })?.name, 'nobody');
    assert.throws(() => serverAccount({ uid: 0, env: {}, passwd: 'root:x:0:0::/:/bin/sh' }), {
      code: 'no_account',
    });
  });

  test(
    'a folder that only root may enter cannot be reached',
    { skip: ownUid() !== 0 && 'needs root' },
    () => {
      const closed = join(folder, 'closed');
      mkdirSync(join(closed, 'inside'), { recursive: true });
      chmodSync(closed, 0o700);
      chmodSync(folder, 0o755);
      const unprivileged = { uid: 65534, gid: 65534 };
      assert.equal(canReach(unprivileged, join(closed, 'inside')), false);
      assert.equal(canReach(undefined, join(closed, 'inside')), true);
      assert.equal(canReach(unprivileged, folder), true);
    },
  );

  test('packages cannot be installed without root or sudo', () => {
    assert.deepEqual(privilegedPrefix({ uid: 0 }), []);
    assert.equal(
      privilegedPrefix({ uid: 1000, sudo: undefined, interactive: true }) === undefined,
      !findProgram('sudo'),
    );
    assert.deepEqual(privilegedPrefix({ uid: 1000, sudo: '/bin/false', interactive: true }), ['/bin/false']);
    assert.equal(privilegedPrefix({ uid: 1000, sudo: '/bin/false', interactive: false }), undefined);
    assert.deepEqual(privilegedPrefix({ uid: 1000, sudo: '/bin/true', interactive: false }), [
      '/bin/true',
      '-n',
    ]);
  });

  test('a shared folder that others could write is refused', () => {
    const path = join(folder, 'shared');
    assert.equal(sharedHome(path), path);
    chmodSync(path, 0o777);
    assert.throws(() => sharedHome(path), { code: 'unsafe_folder' });
  });
});

test('a demo interrupted before its platform is ready exits with 130 and one object on the last line', async () => {
  const child = spawn(process.execPath, [inRepository('deploy', 'local', 'run.mjs'), 'demo', '--json']);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => String(text).includes('→ Build') && child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 130);
  const { state, error } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  assert.deepEqual([state, error.code, error.retryable], ['canceled', 'interrupted', true]);
});
