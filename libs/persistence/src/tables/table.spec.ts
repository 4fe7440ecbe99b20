import type { SqlExecutor } from '../database/sql-executor';
import { json, nullable, optional, plain } from './column';
import { defineTable } from './table';

interface Thing {
  readonly thingId: string;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly endedAt: Date | undefined;
  readonly version: number;
}

const things = defineTable<Thing>({
  name: 'things',
  key: 'thingId',
  columns: {
    thingId: plain<string>(),
    tags: json<readonly string[]>(),
    note: nullable(plain<string>()),
    endedAt: optional(plain<Date>()),
    version: plain<number>(),
  },
});

const thing: Thing = { thingId: 'a', tags: ['x'], note: null, endedAt: undefined, version: 2 };

describe('a table', () => {
  it('selects, inserts and reads back every field', () => {
    expect(things.columns).toBe('thing_id, tags, note, ended_at, version');
    expect(things.insert(thing, { digest: 'd' })).toEqual({
      text: 'INSERT INTO things (thing_id, tags, note, ended_at, version, digest) VALUES ($1, $2, $3, $4, $5, $6)',
      values: ['a', '["x"]', null, null, 2, 'd'],
    });
    const row = { thing_id: 'a', tags: ['x'], note: null, ended_at: null, version: 2, digest: 'd' };
    expect(things.read(row)).toEqual(thing);
  });

  it('updates the fields that are named', () => {
    expect(things.update(thing, ['note', 'tags'])).toEqual({
      text: 'UPDATE things SET note = $2, tags = $3 WHERE thing_id = $1',
      values: ['a', null, '["x"]'],
    });
  });

  it('refuses what its parser does not know', () => {
    const known = plain({
      parse: (stored) => {
        if (stored === 'known') return stored;
        throw new TypeError('unknown');
      },
    });
    expect(() => known.fromSql('other')).toThrow('unknown');
    expect(nullable(known).fromSql(null)).toBeNull();
  });

  it('updates the row of the version before, or rejects with version_conflict', async () => {
    const asked: string[] = [];
    const sqlThatFinds = (rows: number): SqlExecutor => ({
      query: async <Row>(text: string) => {
        asked.push(text);
        return Array.from<Row>({ length: rows });
      },
    });
    await things.updateVersion(sqlThatFinds(1), thing);
    expect(asked).toEqual([
      'UPDATE things SET version = $2, tags = $3, note = $4, ended_at = $5 WHERE thing_id = $1 AND version = $2 - 1 RETURNING 1',
    ]);
    await expect(things.updateVersion(sqlThatFinds(0), thing, ['note'])).rejects.toMatchObject({
      failure: { code: 'version_conflict' },
    });
  });
});
