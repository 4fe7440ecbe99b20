import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LauncherFailure } from '../failure.mjs';
import { repositoryRoot } from '../paths.mjs';
import { option, platformPackages, runnerOptions, sandboxWarning } from './runner-options.mjs';
import { loadSecrets, OPERATORS } from './secrets.mjs';
import { signingKey } from './signing-key.mjs';
import { passedEnvironment, runnerEnvironment, serviceEnvironment } from './services.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ymera-platform-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('secrets', () => {
  const path = join(folder, 'secrets');
  const secrets = loadSecrets(path);

  test('are generated once, readable by their owner only', () => {
    assert.deepEqual(loadSecrets(path).values, secrets.values);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    for (const file of [
      join(path, 'secrets.json'),
      secrets.operatorsFile,
      secrets.auditSigningKeyFile,
      ...Object.values(secrets.tokenFiles),
    ]) {
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    }
  });

  test("the gateway's file contains digests of the tokens, and the requester is no approver", () => {
    /** @type {{ name: string, token_sha256: string }[]} */
    const operators = JSON.parse(readFileSync(secrets.operatorsFile, 'utf8'));
    const token = readFileSync(secrets.tokenFiles.approver, 'utf8').trim();
    assert.match(token, /^ymo_[0-9a-f]+_[0-9a-f]{64}$/);
    const approver = operators.find(({ name }) => name === 'approver');
    assert.equal(approver?.token_sha256, createHash('sha256').update(token).digest('hex'));
    const requester = OPERATORS.find(({ name }) => name === 'requester');
    assert.deepEqual(requester?.roles, ['operator']);
    assert.ok(!JSON.stringify(operators).includes(token));
  });
});

describe('the key of the audit log', () => {
  test('has the format of signed notes: the published example follows from its seed', () => {
    const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
    assert.equal(
      signingKey('PeterNeumann', seed),
      'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
    );
  });

  test('names the instance, is added to an older instance, and does not change', () => {
    const path = join(folder, 'older');
    const { audit_signing_key: made, ...older } = loadSecrets(path).values;
    assert.ok(made.startsWith(`PRIVATE+KEY+ymera.local/${older.instance_id}/audit+`));
    writeFileSync(join(path, 'secrets.json'), JSON.stringify(older));
    const { values, auditSigningKeyFile } = loadSecrets(path);
    assert.notEqual(values.audit_signing_key, made);
    assert.equal(readFileSync(auditSigningKeyFile, 'utf8'), `${values.audit_signing_key}\n`);
    assert.deepEqual(loadSecrets(path).values, { ...older, audit_signing_key: values.audit_signing_key });
  });
});

describe('environment of a service', () => {
  const context = {
    secrets: loadSecrets(join(folder, 'secrets')),
    servers: {
      postgresUrl: 'postgresql://postgres:root@h:1/postgres',
      rabbitmqUrl: 'amqp://root:root@h:2',
      managementUrl: 'http://root:root@h:3',
    },
    ports: {
      registry: 10,
      gateway: 11,
      integration: 12,
      audit: 13,
      'agent-runner': 14,
      reporting: 15,
      coordinator: 16,
      orchestrator: 17,
    },
    data: '/data',
    compileCache: '/cache',
    poolSize: 5,
    env: {
      PATH: '/bin',
      YMERA_TASK_LEASE_SECONDS: '3',
      YMERA_POSTGRES_URL: 'admin',
      npm_config_x: '1',
      SECRET: '1',
    },
  };

  test('contains its own role and user, never the administrator', () => {
    const env = serviceEnvironment('audit', context);
    assert.match(env['YMERA_POSTGRES_URL'] ?? '', /^postgresql:\/\/ymera_audit:[0-9a-f]+@h:1\/ymera$/);
    assert.match(env['YMERA_RABBITMQ_URL'] ?? '', /^amqp:\/\/svc-audit:[0-9a-f]+@h:2$/);
    assert.ok(!JSON.stringify(env).includes('root'));
    assert.equal(env['YMERA_BROKER_CALLBACK_TOKEN'], undefined);
  });

  test("passes on the caller's settings, which win over defaults, and no other variables", () => {
    const env = serviceEnvironment('audit', { ...context, env: { ...context.env, YMERA_DB_POOL_SIZE: '7' } });
    assert.deepEqual(
      [env['YMERA_TASK_LEASE_SECONDS'], env['YMERA_DB_POOL_SIZE'], env['npm_config_x'], env['SECRET']],
      ['3', '7', undefined, undefined],
    );
    assert.deepEqual(passedEnvironment({ YMERA_ADMIN_TOKEN_FILE: 'f', YMERA_RABBITMQ_URL_FILE: 'f' }), {});
  });

  test('gives the key of the audit log to the audit service only, by a file; a given one wins', () => {
    const { YMERA_AUDIT_SIGNING_KEY_FILE: file } = serviceEnvironment('audit', context);
    assert.equal(file, context.secrets.auditSigningKeyFile);
    const env = { YMERA_AUDIT_SIGNING_KEY_FILE: '/given', YMERA_AUDIT_SIGNING_KEY: 'key' };
    assert.equal(serviceEnvironment('audit', { ...context, env })['YMERA_AUDIT_SIGNING_KEY_FILE'], '/given');
    for (const service of /** @type {const} */ (['audit', 'gateway']))
      assert.equal(serviceEnvironment(service, { ...context, env })['YMERA_AUDIT_SIGNING_KEY'], undefined);
    assert.equal(
      serviceEnvironment('gateway', { ...context, env })['YMERA_AUDIT_SIGNING_KEY_FILE'],
      undefined,
    );
  });

  test('lets the registry answer the broker and close connections', () => {
    const env = serviceEnvironment('registry', context);
    assert.match(env['YMERA_RABBITMQ_MANAGEMENT_URL'] ?? '', /^http:\/\/ymera-connections:/);
    assert.equal(env['YMERA_AGENT_BROKER_URL'], 'amqp://h:2');
  });

  test('gives the agent-runner the gateway and no server', () => {
    const env = runnerEnvironment(context, {
      ...runnerOptions(['--exec', 'my agent'], { INIT_CWD: '/there' }),
      enrolmentTokenFile: '/t',
    });
    assert.deepEqual(
      [
        env['YMERA_GATEWAY_URL'],
        env['YMERA_RUNNER_AGENTS'],
        env['YMERA_RUNNER_COMMAND'],
        env['YMERA_RUNNER_COMMAND_CWD'],
        env['YMERA_SANDBOX'],
      ],
      ['http://127.0.0.1:11', 'testing,examination,command', 'my agent', '/there', 'bubblewrap'],
    );
    assert.ok(!JSON.stringify(env).includes('h:2'));
    assert.deepEqual(
      [env['YMERA_RUNNER_NETWORK'], env['YMERA_RUNNER_PASS_ENV'], env['SECRET']],
      [undefined, undefined, undefined],
    );
  });

  test('passes to the agent-runner those variables of the caller that its command may have', () => {
    const runner = runnerOptions(['--exec', 'x', '--network', '--pass-env', 'SECRET'], context.env);
    const env = runnerEnvironment(context, { ...runner, enrolmentTokenFile: '/t' });
    assert.deepEqual(
      [env['SECRET'], env['YMERA_RUNNER_PASS_ENV'], env['YMERA_RUNNER_NETWORK']],
      ['1', 'SECRET', 'true'],
    );
    assert.equal(serviceEnvironment('gateway', context)['SECRET'], undefined);
  });
});

describe('options of the runner', () => {
  test('a value may follow or be joined; a missing one is refused', () => {
    assert.deepEqual(
      [option(['--exec', 'a b'], '--exec'), option(['--exec=c'], '--exec'), option([], '--exec')],
      ['a b', 'c', undefined],
    );
    assert.throws(() => option(['--exec'], '--exec'), { code: 'argument_missing', exitCode: 2 });
  });

  test('passes variables that are set to the command, each by its name', () => {
    const env = { OPENAI_API_KEY: 'sk-1', MODEL: '' };
    const args = ['--exec', 'agent', '--pass-env', 'OPENAI_API_KEY', '--pass-env=MODEL', '--network'];
    const { passed, network } = runnerOptions(args, env);
    assert.deepEqual([passed, network], [['OPENAI_API_KEY', 'MODEL'], true]);
    /** @type {[args: string[], code: string][]} */
    const refusals = [
      [['--exec', 'agent', '--pass-env', 'MISSING'], 'variable_not_set'],
      [['--exec', 'agent', '--pass-env', 'OPENAI_API_KEY=sk-1'], 'argument_invalid'],
      [['--exec', 'agent', '--pass-env', 'PATH'], 'argument_invalid'],
      [['--pass-env', 'MODEL'], 'argument_missing'],
      [['--network'], 'argument_missing'],
    ];
    for (const [refused, code] of refusals)
      assert.throws(
        () => runnerOptions(refused, env),
        (error) =>
          error instanceof LauncherFailure &&
          error.code === code &&
          error.exitCode === 2 &&
          !error.message.includes('sk-1'),
      );
  });

  test("under npm the caller's PATH is passed on, without the programs of our own packages", () => {
    const bin = join(repositoryRoot, 'node_modules', '.bin');
    const PATH = `${bin}:/home/node_modules/.bin:/usr/lib/node_modules/npm/bin:/home/ada/.local/bin:/usr/bin`;
    assert.equal(
      runnerOptions([], { PATH }).hostPath,
      '/home/node_modules/.bin:/usr/lib/node_modules/npm/bin:/home/ada/.local/bin:/usr/bin',
    );
  });

  test('warns when there is no sandbox', () => {
    assert.match(sandboxWarning(runnerOptions(['--no-sandbox'], {})), /^! --no-sandbox: .+\n$/);
    assert.equal(sandboxWarning(runnerOptions([], {})), '');
  });

  test('without sandbox no bubblewrap is installed; with a given broker no RabbitMQ', () => {
    assert.deepEqual(runnerOptions([], {}).agents, ['enhancement', 'testing', 'examination']);
    assert.deepEqual(platformPackages(runnerOptions([], {}), {}), ['git', 'rabbitmq', 'bubblewrap']);
    assert.deepEqual(platformPackages(runnerOptions(['--no-sandbox'], {}), { rabbitmqUrl: 'x' }), ['git']);
  });
});
