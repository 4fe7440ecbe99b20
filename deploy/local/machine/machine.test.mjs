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
import { canReach, serverAccount } from './account.mjs';
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

  test('a pid that another process has now is not the process we meant', () => {
    const own = identify(process.pid);
    assert.equal(isAlive(own), true);
    assert.equal(isAlive({ ...own, started: '1' }), false);
    assert.equal(isAlive(undefined), false);
  });

  test('above shells, npm is what started us', () => {
    const table = { 9: { name: 'sh', parent: 8 }, 8: { name: 'npm run demo', parent: 7 } };
    assert.deepEqual(
      launchers(9, (pid) => table[pid]),
      [9, 8],
    );
  });
});

describe('lock', () => {
  test('one holder at a time; free again after release', () => {
    const path = join(folder, 'a.lock');
    const first = tryLock(path);
    assert.equal(first.taken, true);
    const second = tryLock(path);
    assert.deepEqual([second.taken, second.holder.pid], [false, process.pid]);
    first.release();
    assert.equal(tryLock(path).taken, true);
  });

  test('is written into no file that was there before, whatever links to it', () => {
    const path = join(folder, 'c.lock');
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, `${path}.${process.pid}`);
    assert.equal(tryLock(path).taken, true);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('a dead holder loses it, also when a stranger has his pid now', () => {
    const path = join(folder, 'b.lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: '1' }));
    assert.equal(tryLock(path).taken, true);
  });
});

describe('ports', () => {
  test('free, different, and the remembered one when nobody has it', async () => {
    const ports = await freePorts(['a', 'b', 'c']);
    assert.equal(new Set(Object.values(ports)).size, 3);
    assert.equal((await freePorts(['a'], ports)).a, ports.a);
  });

  test('a remembered port that somebody took is replaced', async () => {
    const { a } = await freePorts(['a']);
    const server = createServer().listen(a, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    assert.notEqual((await freePorts(['a'], { a })).a, a);
    server.close();
  });

  test('a port found free is no other launcher’s, though nobody listens there yet', async () => {
    const { a } = await freePorts(['a']);
    const asking = `import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.mjs'))};
      process.stdout.write(String((await freePorts(['a'], { a: ${a} })).a));`;
    const other = execFileSync(process.execPath, ['--input-type=module', '-e', asking], { encoding: 'utf8' });
    assert.match(other, /^\d+$/);
    assert.notEqual(Number(other), a);
  });

  test('what a launcher had reserved is free again when it has ended', async () => {
    const asking = `import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.mjs'))};
      process.stdout.write(String((await freePorts(['a'])).a));`;
    const a = Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', asking], { encoding: 'utf8' }),
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

  test('installed means every package in its version; those of other platforms may be missing', () => {
    assert.equal(isInstalled(wanted, installed), true);
    assert.equal(
      isInstalled(wanted, { packages: { ...installed.packages, 'node_modules/pg': { version: '8.0.1' } } }),
      false,
    );
    assert.equal(isInstalled(wanted, { packages: { 'node_modules/pg': { version: '8.0.0' } } }), false);
  });

  test('a package below a workspace that was deleted is missed, though npm’s record names it', () => {
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
    const write = (path, content) => {
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
    assert.equal(dependenciesAreCurrent(root), false, 'a folder without the package in it');
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

  test('npm ci accepts the lockfile: it names every optional package', () => {
    const lock = JSON.parse(readFileSync(inRepository('package-lock.json'), 'utf8'));
    assert.deepEqual(
      Object.keys(missingOptionalPackages(lock)),
      [],
      'run: node deploy/tooling/complete-lockfile.mjs',
    );
  });

  test("PostgreSQL's links are made where they are missing", () => {
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

  test('the bundled one runs the project when it says that it is 24', () => {
    const found = findNode24({ bundled: process.execPath, running: old, version: () => 'v24.21.0' });
    assert.deepEqual(found, { path: process.execPath, version: 'v24.21.0' });
  });

  test('without it a running one that is new enough does, and that is said', () => {
    const found = findNode24({ bundled: '/none', running: { path: '/n', version: 'v24.0.0' } });
    assert.equal(found.path, '/n');
    assert.match(found.note, /no bundled Node 24/);
  });

  test('a bundled one that does not start, with an old one running, is a failure with advice', () => {
    assert.throws(() => findNode24({ bundled: process.execPath, running: old, version: () => undefined }), {
      code: 'node_missing',
    });
  });
});

describe('service policy', () => {
  const path = join(folder, 'policy-rc.d');
  const forbids = () => spawnSync(path).status === 101;

  test('forbids while it is there, and leaves nothing where nothing was', () => {
    const policy = servicePolicy(path);
    policy.forbid();
    assert.equal(forbids(), true);
    policy.restore();
    assert.equal(existsSync(path), false);
  });

  test('puts back exactly what was there, also after an installation that was killed', () => {
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

  test('an ordinary user runs the servers himself; root gives them to the caller of sudo, else to a system account', () => {
    assert.equal(serverAccount({ uid: 1000 }), undefined);
    assert.equal(serverAccount({ uid: 0, env: { SUDO_USER: 'ann' }, passwd }).uid, 1000);
    assert.equal(serverAccount({ uid: 0, env: {}, passwd }).name, 'nobody');
    assert.equal(serverAccount({ uid: 0, env: { SUDO_USER: 'root' }, passwd }).name, 'nobody');
    assert.throws(() => serverAccount({ uid: 0, env: {}, passwd: 'root:x:0:0::/:/bin/sh' }), {
      code: 'no_account',
    });
  });

  test(
    'a folder that only root may enter is out of reach',
    { skip: process.getuid() !== 0 && 'needs root' },
    () => {
      const closed = join(folder, 'closed');
      mkdirSync(join(closed, 'inside'), { recursive: true });
      chmodSync(closed, 0o700);
      chmodSync(folder, 0o755);
      const nobody = { uid: 65534, gid: 65534 };
      assert.equal(canReach(nobody, join(closed, 'inside')), false);
      assert.equal(canReach(undefined, join(closed, 'inside')), true);
      assert.equal(canReach(nobody, folder), true);
    },
  );

  test('without root or sudo there is no way to install', () => {
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

test('a demo that is broken off before its platform is there ends with 130 and one object on the last line', async () => {
  const child = spawn(process.execPath, [inRepository('deploy', 'local', 'run.mjs'), 'demo', '--json']);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => String(text).includes('→ Build') && child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 130);
  const { state, error } = JSON.parse(output.trim().split('\n').at(-1));
  assert.deepEqual([state, error.code, error.retryable], ['canceled', 'interrupted', true]);
});
