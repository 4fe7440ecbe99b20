import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePorts } from '../machine/ports.mjs';
import { identify, isAlive, listProcesses } from '../machine/processes.mjs';
import { inRepository } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { withSession } from '../session.mjs';
import { databaseUrl, prepareDatabase } from './database.mjs';
import { serverEnvironment } from './environment.mjs';
import { brokerConfiguration } from './rabbitmq-configuration.mjs';
import { containerCommand } from './rabbitmq-container.mjs';
import {
  definitions,
  importDefinitions,
  management,
  passwordHash,
  readTopology,
} from './rabbitmq-definitions.mjs';
import { scramVerifier } from './scram.mjs';
import { givenServers, startServers } from './servers.mjs';

const dependencyOf = (library, name) => createRequire(inRepository('libs', library, 'package.json'))(name);

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

test('everything listens on loopback, and principals are asked of the registry', () => {
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

test("a broker of the caller's needs both of its addresses", () => {
  assert.throws(() => givenServers({ YMERA_RABBITMQ_URL: 'amqp://h' }), { code: 'servers_incomplete' });
  const given = { YMERA_POSTGRES_URL: 'p', YMERA_RABBITMQ_URL: 'r', YMERA_RABBITMQ_MANAGEMENT_URL: 'm' };
  assert.equal(givenServers(given).postgresUrl, 'p');
  assert.deepEqual(
    givenServers(serverEnvironment({}, { env: given })),
    {},
    "a test run's servers are not the caller's",
  );
  assert.deepEqual(givenServers({}), {
    postgresUrl: undefined,
    rabbitmqUrl: undefined,
    managementUrl: undefined,
  });
});

/** Where a person's own servers listen: PostgreSQL, RabbitMQ with its port mapper, console and other nodes, the gateway. */
const USUAL_PORTS = [5432, 5672, 4369, 15672, 25672, 8000];

/** A server of somebody else's; undefined where one of somebody else's is there already. */
function squatter(port) {
  return new Promise((resolve) => {
    const server = createTcpServer((socket) => socket.end(`somebody else's ${port}`));
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function greeting(port) {
  const socket = connectTcp(port, '127.0.0.1');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

describe('private servers', () => {
  const asked = [];
  let squatters;
  const registry = createServer((request, response) => {
    asked.push(request.url);
    response.end('deny');
  });
  let servers;
  let instance;
  let family;
  let finish;
  let finished;

  before(async () => {
    squatters = await Promise.all(USUAL_PORTS.map(squatter));
    const { registry: port } = await freePorts(['registry']);
    await new Promise((resolve) => registry.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve, reject) => {
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
        return new Promise((end) => (finish = end));
      }).catch(reject);
    });
  });

  after(async () => {
    finish?.(0);
    await finished;
    registry.close();
    for (const server of squatters) server?.close();
    const epmds = listProcesses().filter(({ pid }) =>
      family.some((identity) => identity.pid === pid && isAlive(identity)),
    );
    assert.deepEqual(epmds, [], 'database, broker and port mapper end with the session');
  });

  async function query(url, sql) {
    const { Client } = dependencyOf('persistence', 'pg');
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test("have ports of their own, and leave somebody else's servers on the usual ones alone", async () => {
    const own = [servers.postgresUrl, servers.rabbitmqUrl, servers.managementUrl].map((url) =>
      Number(new URL(url).port),
    );
    const { epmd, distribution } = instance.rememberedPorts();
    for (const port of [...own, epmd, distribution]) assert.ok(!USUAL_PORTS.includes(port), String(port));
    assert.deepEqual(await query(servers.postgresUrl, 'select 1 as one'), [{ one: 1 }]);
    assert.equal((await management(servers.managementUrl, '/api/overview')).status, 200);
    for (const [index, port] of USUAL_PORTS.entries())
      if (squatters[index]) assert.equal(await greeting(port), `somebody else's ${port}`);
    assert.ok(squatters.some(Boolean), 'the test holds at least one of the usual ports itself');
  });

  test('each service owns its schema and can enter no other; preparing twice at once changes nothing', async () => {
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

  test('services come in by the internal table, guest does not exist, and others are asked of the registry', async () => {
    const passwords = instance.secrets.values.rabbitmq;
    await importDefinitions(servers.managementUrl, definitions(readTopology(), { passwords }));
    const users = await (await management(servers.managementUrl, '/api/users')).json();
    assert.ok(
      users.some(({ name }) => name === 'svc-registry') && !users.some(({ name }) => name === 'guest'),
    );

    const { connect } = dependencyOf('messaging', 'amqplib');
    const address = (user, password) => {
      const url = new URL(servers.rabbitmqUrl);
      Object.assign(url, { username: user, password, pathname: '/%2Fymera' });
      return url.href;
    };
    const connection = await connect(address('svc-registry', passwords.registry));
    await connection.close();
    assert.deepEqual(asked, []);
    await assert.rejects(connect(address('agent-1', 'anything')), /403/);
    assert.deepEqual(asked, ['/broker/token/user']);
  });

  test("the registry may close a denied principal's connections", async () => {
    const url = new URL(servers.managementUrl);
    Object.assign(url, { username: 'svc-registry', password: instance.secrets.values.rabbitmq.registry });
    const response = await management(url.href, '/api/connections/username/agent-1', { method: 'DELETE' });
    assert.equal(response.status, 204);
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

  /** The launcher of that checkout starts its database and says where it is. */
  const starting = `
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
    'has its database and the programs under /var/tmp, where they run as that account',
    { skip: process.getuid() !== 0 && 'needs root: otherwise the servers run as we do' },
    async () => {
      cpSync(inRepository('deploy', 'local'), launcher, { recursive: true });
      symlinkSync(inRepository('node_modules'), join(checkout, 'node_modules'));
      chmodSync(closed, 0o755);
      chmodSync(join(closed, 'home'), 0o700);
      const child = spawn(process.execPath, ['--input-type=module', '-e', starting], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (text) => (said += text));
      const code = await new Promise((resolve) => child.once('close', resolve));
      assert.equal(code, 0);
      const { servers, programs, version, uid, account } = JSON.parse(said);
      assert.equal(dirname(servers), shared);
      assert.ok(programs.startsWith(`${shared}/`), programs);
      assert.match(version, /^\d+/);
      assert.equal(uid, account);
      assert.notEqual(uid, 0);
      assert.equal(existsSync(servers), false, 'what a disposable database held goes with it');
    },
  );
});
