import type { UnitOfWork } from '@ymera/unit-of-work';
import { failureOf } from '@ymera/kernel';
import { createDatabase, PostgresUnitOfWork, type Database, type SqlExecutor } from '@ymera/persistence';
import { leakGuard, RecordingOutbox, testDatabase, type TestDatabase } from '@ymera/testing';
import {
  Frontier,
  leafHash,
  leafText,
  noteVerifier,
  signCheckpoint,
  verifyLog,
  type Verification,
} from '@ymera/transparency';
import fc from 'fast-check';
import { migrations } from './adapters/persistence/migrations';
import { PostgresEntryLog } from './adapters/persistence/postgres-entry-log';
import { PostgresLogReader } from './adapters/persistence/postgres-log-reader';
import { PostgresCheckpointLog } from './adapters/persistence/postgres-tree';
import type { CheckpointLog } from './application/ports';
import { RecordEntries } from './application/record-entries';
import { SignCheckpoint } from './application/sign-checkpoint';
import { auditedEvent } from './testing/audit-log.contract';
import { otherSigner, signer, sourceOf } from './testing/log-source';

const size = 45;
const every = 10;

/** The superuser of the real database, who is bound by neither privileges nor triggers. */
describe('an audit log changed by the owner of the database', () => {
  let server: TestDatabase;
  let service: Database;
  let owner: Database;
  let newest: string;

  beforeAll(async () => {
    server = await testDatabase({ service: 'audit', migrations });
    service = await createDatabase({ url: server.url, schema: 'audit', migrations, poolSize: 3 });
    owner = await createDatabase({ url: server.adminUrl, schema: 'audit', migrations: [], poolSize: 2 });
    const unitOfWork = new PostgresUnitOfWork(service, { service: 'audit' }, (sql) => ({
      log: new PostgresEntryLog(sql),
      checkpoints: new PostgresCheckpointLog(sql),
    }));
    const sign = new SignCheckpoint(unitOfWork, signer);
    for (let number = 0; number < size; number += 1) {
      if (number % every === 0) await sign.execute();
      await new RecordEntries(unitOfWork).execute([auditedEvent(number)]);
    }
    await sign.execute();
    newest = (await new PostgresLogReader(service.sql).newestCheckpoint()) ?? '';
  });
  afterAll(async () => {
    await owner?.close();
    await service?.close();
    await server?.drop();
  });

  /** Changes the tables, verifies the result, and rolls back. */
  const after = <R>(
    tamper: (sql: SqlExecutor) => Promise<unknown>,
    read: (sql: SqlExecutor) => Promise<R>,
  ): Promise<R> =>
    owner.withConnection(async (client) => {
      const sql: SqlExecutor = {
        query: async <Row>(text: string, params: readonly unknown[] = []) =>
          (await client.query(text, [...params])).rows as Row[],
      };
      await client.query('BEGIN');
      try {
        await client.query('SET LOCAL session_replication_role = replica');
        await tamper(sql);
        return await read(sql);
      } finally {
        await client.query('ROLLBACK');
      }
    });

  const verified = (sql: SqlExecutor, remembered?: string): Promise<Verification> =>
    verifyLog(sourceOf(new PostgresLogReader(sql)), {
      verifier: noteVerifier(signer.verifierKey),
      remembered,
    });
  const tampered = (statements: readonly string[], remembered?: string): Promise<Verification> =>
    after(
      async (sql) => {
        for (const statement of statements) await sql.query(statement);
      },
      (sql) => verified(sql, remembered),
    );
  /** The outcome of the next checkpoint when the service finds the tables in this state. */
  const signedBy = async (sql: SqlExecutor): Promise<string> => {
    const checkpoints = new PostgresCheckpointLog(sql);
    const unitOfWork: UnitOfWork<{ readonly checkpoints: CheckpointLog }> = {
      run: (work) =>
        work({ checkpoints, outbox: new RecordingOutbox(), inbox: { accept: async () => true } }),
    };
    try {
      await new SignCheckpoint(unitOfWork, signer).execute();
      return 'signed';
    } catch (error) {
      return failureOf(error).code;
    }
  };
  const signing = (statements: readonly string[]): Promise<string> =>
    after(async (sql) => {
      for (const statement of statements) await sql.query(statement);
    }, signedBy);

  it('is valid when it was not changed', async () => {
    expect(await tampered([])).toMatchObject({ valid: true, size, reasons: [] });
    expect(await signing([])).toBe('signed');
  });

  const shiftUp = (from: number): string[] => [
    `UPDATE entries SET index = index + 1001 WHERE index >= ${from}`,
    'UPDATE entries SET index = index - 1000 WHERE index >= 1000',
  ];
  const shiftDown = (from: number): string[] => [
    `UPDATE entries SET index = index + 999 WHERE index >= ${from}`,
    'UPDATE entries SET index = index - 1000 WHERE index >= 1000',
  ];
  const copy = (index: number): string =>
    `INSERT INTO entries SELECT ${index}, gen_random_uuid(), type, source, subject, aggregate_version, time, trace_id,
       data_digest, data FROM entries WHERE index = 3`;

  it.each<[string, string[], string, number | undefined]>([
    [
      'one byte of the data',
      [`UPDATE entries SET data = replace(data, '"number":20', '"number":21') WHERE index = 20`],
      'data_changed',
      20,
    ],
    ['a blank in the data', [`UPDATE entries SET data = data || ' ' WHERE index = 20`], 'data_changed', 20],
    ['data that is no JSON', [`UPDATE entries SET data = 'x' WHERE index = 20`], 'data_changed', 20],
    [
      'data with its digest',
      [
        `UPDATE entries SET data = '{}', data_digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' WHERE index = 20`,
      ],
      'entry_changed',
      20,
    ],
    ['a type', [`UPDATE entries SET type = type || '2' WHERE index = 20`], 'entry_changed', 20],
    [
      'a microsecond',
      [`UPDATE entries SET time = time + interval '1 microsecond' WHERE index = 20`],
      'entry_changed',
      20,
    ],
    ['a trace', [`UPDATE entries SET trace_id = NULL WHERE index = 20`], 'entry_changed', 20],
    [
      'a leaf',
      [
        `UPDATE tree_nodes SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = 0 AND index = 20`,
      ],
      'entry_changed',
      20,
    ],
    ['an entry deleted', ['DELETE FROM entries WHERE index = 20'], 'entry_missing', 20],
    [
      'an entry deleted, the rest moved up',
      ['DELETE FROM entries WHERE index = 20', ...shiftDown(21)],
      'entry_changed',
      20,
    ],
    ['an entry inserted, the rest moved down', [...shiftUp(20), copy(20)], 'entry_changed', 20],
    [
      'two entries in each other’s place',
      [
        'UPDATE entries SET index = 1000 WHERE index = 20',
        'UPDATE entries SET index = 20 WHERE index = 21',
        'UPDATE entries SET index = 21 WHERE index = 1000',
      ],
      'entry_changed',
      20,
    ],
    ['the tail cut off', ['DELETE FROM entries WHERE index >= 40'], 'entry_missing', 40],
    ['everything cut off', ['TRUNCATE entries'], 'entry_missing', 0],
    ['an entry added behind the service’s back', [copy(size)], 'entries_unsigned', size],
    ['no checkpoint left', ['TRUNCATE checkpoints'], 'checkpoint_missing', undefined],
    [
      'a checkpoint that says another size',
      [
        `UPDATE checkpoints SET note = replace(note, E'\\n${size}\\n', E'\\n${size - 1}\\n') WHERE size = ${size}`,
      ],
      'signature_wrong',
      undefined,
    ],
  ])('is reported by the verifier: %s', async (_name, statements, code, index) => {
    const { valid, reasons } = await tampered(statements);
    expect(valid).toBe(false);
    expect(reasons[0]).toMatchObject({ code, ...(index === undefined ? {} : { index }) });
  });

  /** Everything that can be computed without the key: digest, leaf and tree of the changed entries. */
  const rebuildTree = async (sql: SqlExecutor): Promise<Frontier> => {
    const tree = new Frontier();
    await sql.query('DELETE FROM tree_nodes');
    for (const record of await new PostgresLogReader(sql).records(0, 1000)) {
      const nodes: unknown[][] = [];
      tree.append(leafHash(leafText(record)), ({ level, index, hash }) => nodes.push([level, index, hash]));
      for (const node of nodes) await sql.query('INSERT INTO tree_nodes VALUES ($1, $2, $3)', node);
    }
    return tree;
  };

  it('reports an entry forged together with the tree, between the two checkpoints around it', async () => {
    const forge = async (sql: SqlExecutor): Promise<void> => {
      await sql.query(`UPDATE entries SET subject = 'another-agent' WHERE index = 33`);
      await rebuildTree(sql);
    };
    const { reasons } = await after(forge, (sql) => verified(sql));
    expect(reasons).toMatchObject([{ code: 'root_mismatch', index: 30 }]);
    expect(reasons[0]?.message).toContain('one of 30 to 39');
  });

  it('reports a log signed again with another key, and the service does not continue it', async () => {
    const resign = async (sql: SqlExecutor): Promise<void> => {
      await sql.query('DELETE FROM entries WHERE index >= 44');
      const root = (await rebuildTree(sql)).root();
      const note = signCheckpoint({ origin: signer.name, size: 44, root }, otherSigner);
      await sql.query('DELETE FROM checkpoints WHERE size > 40');
      await sql.query('INSERT INTO checkpoints (size, note) VALUES (44, $1)', [note]);
    };
    expect((await after(resign, (sql) => verified(sql))).reasons).toMatchObject([{ code: 'key_changed' }]);
    expect(await after(resign, signedBy)).toBe('key_changed');
  });

  it('reports a rollback to an earlier checkpoint to a verifier that saw the newer one', async () => {
    const back = [
      'DELETE FROM entries WHERE index >= 30',
      'DELETE FROM tree_nodes WHERE (index + 1) * 2 ^ level > 30',
      'DELETE FROM checkpoints WHERE size > 30',
    ];
    expect(await tampered(back)).toMatchObject({ valid: true, size: 30 });
    expect((await tampered(back, newest)).reasons).toMatchObject([{ code: 'rolled_back' }]);
  });

  it.each<[string, string[], string]>([
    [
      'a shorter log',
      ['DELETE FROM entries WHERE index >= 44', 'DELETE FROM tree_nodes WHERE (index + 1) * 2 ^ level > 44'],
      'log_shortened',
    ],
    ['entries without leaves', [copy(size)], 'log_damaged'],
    ['leaves without entries', ['DELETE FROM entries WHERE index = 44'], 'log_damaged'],
    [
      'another past',
      ['UPDATE tree_nodes SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE level = 5'],
      'log_forked',
    ],
    ['an incomplete tree', ['DELETE FROM tree_nodes WHERE level = 5'], 'log_forked'],
  ])('is not signed by the service when it has %s', async (_name, statements, code) => {
    expect(await signing(statements)).toBe(code);
  });

  it('reports every random change of a column', async () => {
    const columns = ['type', 'source', 'subject', 'data_digest', 'data'] as const;
    const tampering = fc.record({
      index: fc.nat(size - 1),
      column: fc.constantFrom(...columns),
      place: fc.nat(500),
      kind: fc.constantFrom('change', 'cut', 'add'),
    });
    await fc.assert(
      fc.asyncProperty(tampering, async ({ index, column, place, kind }) => {
        const { valid, reasons } = await after(
          async (sql) => {
            const [row] = await sql.query<Record<string, string>>(
              `SELECT ${column} FROM entries WHERE index = ${index}`,
            );
            const text = row?.[column] ?? '';
            const at = place % text.length;
            const put = { change: text[at] === 'x' ? 'y' : 'x', cut: '', add: 'x' }[kind];
            const changed = text.slice(0, at) + put + text.slice(kind === 'add' ? at : at + 1);
            await sql.query(`UPDATE entries SET ${column} = $1 WHERE index = ${index}`, [changed]);
          },
          (sql) => verified(sql),
        );
        expect(valid).toBe(false);
        expect(reasons[0]?.index).toBe(index);
      }),
      { numRuns: 60 },
    );
  });
});
leakGuard();
