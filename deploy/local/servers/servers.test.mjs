import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ownUid } from '../machine/account.mjs';
import { freePorts } from '../machine/ports.mjs';
import { identify, isAlive, listProcesses } from '../machine/processes.mjs';
import { inRepository } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { withSession } from '../session.mjs';
import { databaseUrl, prepareDatabase } from './database.mjs';
import { serverEnvironment } from './environment.mjs';
import { brokerConfiguration } from './rabbitmq-configuration.mjs';
import { containerCommand, requireDocker } from './rabbitmq-container.mjs';
import {
  definitions,
  importDefinitions,
  management,
  passwordHash,
  readTopology,
} from './rabbitmq-definitions.mjs';
import { findPortMapper } from './rabbitmq.mjs';
import { scramVerifier } from './scram.mjs';
import { givenServers, startServers } from './servers.mjs';

const requireOf = (/** @type {string} */ library) =>
  createRequire(inRepository('libs', library, 'package.json'));

test("the broker's password hash is the one of its documentation", () => {
  assert.equal(
    passwordHash('test12', Buffer.from('908DC60A', 'hex')),
    'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
  );
});

test("PostgreSQL's verifier is the one of RFC 7677", () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  assert.equal(
    verifier,
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('everything listens on loopback, and the registry authenticates principals', () => {
  const text = brokerConfiguration({
    ports: { amqp: 1, management: 2 },
    adminPassword: 'p',
    callbackUrl: 'http://127.0.0.1:3/broker/t',
  });
  assert.match(text, /^listeners\.tcp\.1 = 127\.0\.0\.1:1$/m);
  assert.match(text, /^management\.tcp\.ip = 127\.0\.0\.1$/m);
  assert.match(text, /^auth_http\.topic_path = http:\/\/127\.0\.0\.1:3\/broker\/t\/topic$/m);
});

test("a broker in a container ends with its stop command, on the host's network", () => {
  const instance = { logs: '/logs', secrets: { values: { instance_id: 'abc' } } };
  const files = { configuration: '/c/rabbitmq.conf', plugins: '/c/enabled_plugins' };
  const spec = containerCommand({
    instance,
    files,
    ports: { epmd: 1, distribution: 2 },
    docker: '/usr/bin/docker',
  });
  assert.deepEqual(spec.stop.command, ['/usr/bin/docker', 'rm', '--force', 'ymera-abc']);
  assert.ok(spec.args.join(' ').includes('--name ymera-abc --network host'));
});

const noServers = { postgresUrl: '', rabbitmqUrl: '', managementUrl: '' };

test('without an installed RabbitMQ a missing Docker is refused with a suggestion', () => {
  assert.equal(
    requireDocker((name) => `/bin/${name}`),
    '/bin/docker',
  );
  assert.throws(() => requireDocker(() => undefined), {
    code: 'packages_missing',
    suggestion: /rabbitmq-server or Docker/,
  });
});

test('the port mapper is found on the PATH, else below Erlang; a missing one is refused with a suggestion', () => {
  const erlang = mkdtempSync(join(tmpdir(), 'ymera-erlang-'));
  const program = join(erlang, 'erts-15.0', 'bin', 'epmd');
  const find = () => undefined;
  try {
    assert.throws(() => findPortMapper({ find, erlang }), { code: 'packages_missing', suggestion: /epmd/ });
    assert.throws(() => findPortMapper({ find, erlang: join(erlang, 'none') }), { code: 'packages_missing' });
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, '');
    assert.equal(findPortMapper({ find, erlang }), program);
    assert.equal(findPortMapper({ find: () => '/bin/epmd', erlang }), '/bin/epmd');
  } finally {
    rmSync(erlang, { recursive: true });
  }
});

test("the caller's own broker needs both addresses", () => {
  assert.throws(() => givenServers({ YMERA_RABBITMQ_URL: 'amqp://h' }), { code: 'servers_incomplete' });
  const given = { YMERA_POSTGRES_URL: 'p', YMERA_RABBITMQ_URL: 'r', YMERA_RABBITMQ_MANAGEMENT_URL: 'm' };
  assert.equal(givenServers(given).postgresUrl, 'p');
  assert.deepEqual(
    givenServers(serverEnvironment(noServers, { env: given })),
    {},
    'the servers of a test process are not those of the caller',
  );
  assert.deepEqual(givenServers({}), {
    postgresUrl: undefined,
    rabbitmqUrl: undefined,
    managementUrl: undefined,
  });
});

/** Default ports of PostgreSQL, of RabbitMQ with its port mapper, console and other nodes, and of the gateway. */
const DEFAULT_PORTS = [5432, 5672, 4369, 15672, 25672, 8000];

/**
 * A server that is not ours; undefined when the port is taken.
 * @param {number} port
 * @returns {Promise<import('node:net').Server | undefined>}
 */
function foreignServer(port) {
  return new Promise((resolve) => {
    const server = createTcpServer((socket) => socket.end(`foreign ${port}`));
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** @param {number} port */
async function greeting(port) {
  const socket = connectTcp(port, '127.0.0.1');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

describe('private servers', () => {
  /** @type {(string | undefined)[]} */
  const authenticated = [];
  /** @type {(import('node:net').Server | undefined)[]} */
  let foreignServers;
  const registry = createServer((request, response) => {
    authenticated.push(request.url);
    response.end('deny');
  });
  /** @type {import('./servers.mjs').Servers} */
  let servers;
  /** @type {import('../platform/instance.mjs').Instance} */
  let instance;
  /** @type {(import('../machine/processes.mjs').ProcessIdentity | undefined)[]} */
  let family = [];
  /** @type {((code: number) => void) | undefined} */
  let finish;
  /** @type {Promise<unknown>} */
  let finished;

  before(async () => {
    foreignServers = await Promise.all(DEFAULT_PORTS.map(foreignServer));
    const { registry: port } = await freePorts(['registry']);
    registry.listen(port, '127.0.0.1');
    await once(registry, 'listening');
    /** @type {Promise<void>} */
    const started = new Promise((resolve, reject) => {
      finished = withSession({ title: 'servers under test', json: true }, async (session) => {
        instance = openInstance('launcher-test', { disposable: true });
        session.onClose(instance.release);
        servers = await startServers({
          ...session,
          instance,
          given: {},
          callbackUrl: `http://127.0.0.1:${port}/broker/token`,
          durable: false,
        });
        family = Object.values(session.supervisor.pids()).map(identify);
        resolve();
        return new Promise((end) => {
          finish = end;
        });
      }).catch(reject);
    });
    await started;
  });

  after(async () => {
    finish?.(0);
    await finished;
    registry.close();
    for (const server of foreignServers) server?.close();
    const epmds = listProcesses().filter(({ pid }) =>
      family.some((identity) => identity?.pid === pid && isAlive(identity)),
    );
    assert.deepEqual(epmds, [], 'database, broker and port mapper end with the session');
  });

  /**
   * @param {string} url
   * @param {string} sql
   */
  async function query(url, sql) {
    const { Client } = /** @type {typeof import('pg')} */ (requireOf('persistence')('pg'));
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test('have ports of their own, and do not touch foreign servers on the default ports', async () => {
    const own = [servers.postgresUrl, servers.rabbitmqUrl, servers.managementUrl].map((url) =>
      Number(new URL(url).port),
    );
    const { epmd = 0, distribution = 0 } = instance.rememberedPorts();
    assert.ok(epmd > 0 && distribution > 0);
    for (const port of [...own, epmd, distribution]) assert.ok(!DEFAULT_PORTS.includes(port), String(port));
    assert.deepEqual(await query(servers.postgresUrl, 'select 1 as one'), [{ one: 1 }]);
    assert.equal((await management(servers.managementUrl, '/api/overview')).status, 200);
    for (const [index, port] of DEFAULT_PORTS.entries())
      if (foreignServers[index]) assert.equal(await greeting(port), `foreign ${port}`);
    assert.ok(foreignServers.some(Boolean), 'the test itself listens on at least one of the default ports');
  });

  test('give each service a schema of its own and no other; preparing at the same time changes nothing', async () => {
    const passwords = instance.secrets.values.postgres;
    await Promise.all([1, 2, 3].map(() => prepareDatabase(servers.postgresUrl, passwords)));
    const registryUrl = databaseUrl(servers.postgresUrl, 'registry', passwords);
    const auditUrl = databaseUrl(servers.postgresUrl, 'audit', passwords);
    await query(auditUrl, 'create table secret_facts (id int)');
    await prepareDatabase(servers.postgresUrl, passwords);
    assert.deepEqual(
      await query(auditUrl, 'select current_schema() as s, count(*)::int as n from secret_facts'),
      [{ s: 'audit', n: 0 }],
    );
    await assert.rejects(query(registryUrl, 'select * from audit.secret_facts'), { code: '42501' });
    await assert.rejects(query(registryUrl, 'create table public.t (id int)'), { code: '42501' });
    const wrong = new URL(registryUrl);
    wrong.password = 'wrong';
    await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
  });

  test('authenticate services by the internal table and others by the registry, and have no guest', async () => {
    const { rabbitmq: passwords, rabbitmq_connections: connectionsPassword } = instance.secrets.values;
    const content = definitions(readTopology(), { passwords, connectionsPassword });
    await importDefinitions(servers.managementUrl, content);
    const response = await management(servers.managementUrl, '/api/users');
    const users = /** @type {{ name: string, tags: string[] }[]} */ (await response.json());
    const administrators = users.filter(({ tags }) => tags.includes('administrator'));
    assert.deepEqual(administrators.map(({ name }) => name).sort(), ['ymera-admin', 'ymera-connections']);
    assert.ok(
      users.some(({ name }) => name === 'svc-registry') && !users.some(({ name }) => name === 'guest'),
    );

    const { connect } = /** @type {typeof import('amqplib')} */ (requireOf('messaging')('amqplib'));
    const address = (/** @type {string} */ user, /** @type {string} */ password) => {
      const url = new URL(servers.rabbitmqUrl);
      Object.assign(url, { username: user, password, pathname: '/%2Fymera' });
      return url.href;
    };
    const connection = await connect(address('svc-registry', passwords.registry));
    await connection.close();
    assert.deepEqual(authenticated, []);
    await assert.rejects(connect(address('agent-1', 'anything')), /403/);
    assert.deepEqual(authenticated, ['/broker/token/user']);
  });

  test("let the registry close a denied principal's connections", async () => {
    const { rabbitmq: passwords, rabbitmq_connections: connectionsPassword } = instance.secrets.values;
    const close = async (/** @type {string} */ username, /** @type {string} */ password) => {
      const url = new URL(servers.managementUrl);
      Object.assign(url, { username, password });
      const answer = await management(url.href, '/api/connections/username/agent-1', { method: 'DELETE' });
      return answer.status;
    };
    assert.equal(await close('ymera-connections', connectionsPassword), 204);
    // No service is an administrator of the broker, and the one that closes connections can do nothing else there.
    assert.equal(await close('svc-registry', passwords.registry), 401);
    const { connect } = /** @type {typeof import('amqplib')} */ (requireOf('messaging')('amqplib'));
    const url = new URL(servers.rabbitmqUrl);
    Object.assign(url, {
      username: 'ymera-connections',
      password: connectionsPassword,
      pathname: '/%2Fymera',
    });
    await assert.rejects(connect(url.href));
  });
});

describe('a checkout that the servers’ account cannot reach', () => {
  const closed = mkdtempSync(join(tmpdir(), 'ymera-closed-'));
  const checkout = join(closed, 'home', 'checkout');
  const launcher = join(checkout, 'deploy', 'local');
  const shared = `/var/tmp/ymera-${createHash('sha256').update(checkout).digest('hex').slice(0, 12)}`;
  after(() => {
    for (const folder of [closed, shared]) rmSync(folder, { recursive: true, force: true });
  });

  /** The launcher of that checkout starts its database and prints its place. */
  const script = `
    const from = (path) => import(${JSON.stringify(`${launcher}/`)} + path);
    const { statSync } = await import('node:fs');
    const { freePorts } = await from('machine/ports.mjs');
    const { postgresPrograms } = await from('machine/postgres-binaries.mjs');
    const { openInstance } = await from('platform/instance.mjs');
    const { startPostgres } = await from('servers/postgres.mjs');
    const { withSession } = await from('session.mjs');
    process.exitCode = await withSession({ title: 'closed', json: true }, async (session) => {
      const instance = openInstance('closed', { disposable: true });
      session.onClose(instance.release);
      const programs = postgresPrograms(instance.account);
      const { postgres: port } = await freePorts(['postgres']);
      const { supervisor } = session;
      const report = () => undefined;
      const { version } = await startPostgres({ supervisor, instance, programs, port, durable: false, report });
      const { uid } = statSync('/proc/' + supervisor.pids().postgres);
      const { servers, account } = instance;
      process.stdout.write(JSON.stringify({ servers, programs, version, uid, account: account.uid }));
      return 0;
    });`;

  test(
    'keeps database and programs under /var/tmp, where they run as that account',
    { skip: ownUid() !== 0 && 'needs root: otherwise the servers run as we do' },
    async () => {
      cpSync(inRepository('deploy', 'local'), launcher, { recursive: true });
      symlinkSync(inRepository('node_modules'), join(checkout, 'node_modules'));
      chmodSync(closed, 0o755);
      chmodSync(join(closed, 'home'), 0o700);
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      const code = await new Promise((resolve) => child.once('close', resolve));
      assert.equal(code, 0);
      const { servers, programs, version, uid, account } = JSON.parse(output);
      assert.equal(dirname(servers), shared);
      assert.ok(programs.startsWith(`${shared}/`), programs);
      assert.match(version, /^\d+/);
      assert.equal(uid, account);
      assert.notEqual(uid, 0);
      assert.equal(existsSync(servers), false, 'the data of a disposable database is deleted');
    },
  );
});
