import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';
import { ConfigError, loadConfig } from './load-config';
import { secret } from './secret';
import { baseServiceEnvironment } from './service-environment';

const minimal = {
  YMERA_POSTGRES_URL: 'postgresql://audit:hunter2@127.0.0.1/ymera',
  YMERA_RABBITMQ_URL: 'amqp://svc-audit:hunter2@127.0.0.1:5672',
  YMERA_HTTP_PORT: '8007',
};

const problemsOf = (schema: z.ZodObject, environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads required variables and fills in defaults', () => {
    const config = loadConfig(baseServiceEnvironment, minimal);
    expect(config.YMERA_HTTP_PORT).toBe(8007);
    expect(config.YMERA_DB_POOL_SIZE).toBe(20);
    expect(config.YMERA_MIGRATE_ON_START).toBe(true);
    expect(config.YMERA_POSTGRES_URL.reveal()).toBe(minimal.YMERA_POSTGRES_URL);
  });

  it('reports every problem at once and prints no value', () => {
    const problems = problemsOf(baseServiceEnvironment, {
      YMERA_HTTP_PORT: 'hunter2',
      YMERA_LOG_LEVEL: 'loud',
      YMERA_DB_POOL_SIZE: '0',
    });
    expect(problems.map((line) => line.split(':')[0])).toEqual([
      'YMERA_POSTGRES_URL',
      'YMERA_RABBITMQ_URL',
      'YMERA_HTTP_PORT',
      'YMERA_LOG_LEVEL',
      'YMERA_DB_POOL_SIZE',
    ]);
    expect(problems[0]).toBe('YMERA_POSTGRES_URL: is required');
    expect(problems.join()).not.toContain('hunter2');
  });

  it('treats an empty variable as absent', () => {
    expect(loadConfig(baseServiceEnvironment, { ...minimal, YMERA_LOG_LEVEL: '' }).YMERA_LOG_LEVEL).toBe(
      'info',
    );
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'hunter2\n');
    const config = loadConfig(z.object({ PASSWORD: secret() }), { PASSWORD_FILE: file });
    expect(config.PASSWORD.reveal()).toBe('hunter2');
  });

  it('names a file that cannot be read, and refuses a value given twice', () => {
    const schema = z.object({ PASSWORD: secret() });
    expect(problemsOf(schema, { PASSWORD_FILE: join(folder, 'absent') })).toEqual([
      'PASSWORD: the file that PASSWORD_FILE names cannot be read',
    ]);
    expect(problemsOf(schema, { PASSWORD: 'a', PASSWORD_FILE: join(folder, 'password') })).toEqual([
      'PASSWORD: set either PASSWORD or PASSWORD_FILE, not both',
    ]);
  });

  // Mission: I5
  it('accepts the name that the original system used', () => {
    const aliased = loadConfig(baseServiceEnvironment, { ...minimal, AGENT_MANAGER_DB_POOL_SIZE: '7' });
    expect(aliased.YMERA_DB_POOL_SIZE).toBe(7);
    const both = { ...minimal, AGENT_MANAGER_DB_POOL_SIZE: '7', YMERA_DB_POOL_SIZE: '9' };
    expect(loadConfig(baseServiceEnvironment, both).YMERA_DB_POOL_SIZE).toBe(9);
  });

  it('never prints a secret', () => {
    const config = loadConfig(baseServiceEnvironment, minimal);
    expect(
      `${String(config.YMERA_POSTGRES_URL)} ${JSON.stringify(config)} ${inspect(config, { depth: 5 })}`,
    ).not.toContain('hunter2');
  });
});
