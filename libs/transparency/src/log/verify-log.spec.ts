import fc from 'fast-check';
import { noteVerifier } from '../notes/keys';
import {
  checkpointOver,
  forged,
  MemoryLog,
  otherSigner,
  recordOf,
  signer,
  soundLog,
} from '../testing/memory-log';
import type { LoggedRecord } from './audit-record';
import { verifyLog, type Verification } from './verify-log';

const verifier = noteVerifier(signer.verifierKey);
const verify = (log: MemoryLog, remembered?: string): Promise<Verification> =>
  verifyLog(log, { verifier, remembered });
const codesOf = ({ reasons }: Verification): readonly string[] => reasons.map(({ code }) => code);

const size = 57;
const log = soundLog(size);
const { entries, signed } = log;
const newest = signed.at(-1) as string;

const changedAt = (index: number, change: (record: LoggedRecord) => LoggedRecord): LoggedRecord[] =>
  entries.map((entry) => (entry.index === index ? change(entry) : entry));
const without = (index: number): LoggedRecord[] => entries.filter((entry) => entry.index !== index);
const renumbered = (records: readonly LoggedRecord[]): LoggedRecord[] =>
  records.map((record, index) => forged({ ...record, index }));

describe('verifyLog of an unchanged log', () => {
  it.each([0, 1, 2, 3, 64, 100])('accepts %i entries, with their root', async (count) => {
    const sound = soundLog(count);
    const verification = await verify(sound, sound.signed[0]);
    expect(verification).toMatchObject({ valid: true, size: count, reasons: [] });
    expect(verification.checkpoint).toContain(`\n${count}\n${verification.root}\n`);
  });

  it('accepts any remembered checkpoint of it', async () => {
    for (const remembered of signed) expect(await verify(log, remembered)).toMatchObject({ valid: true });
  });

  it('reports its progress', async () => {
    const seen: number[] = [];
    await verifyLog(log, { verifier, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: size }, (_, index) => index + 1));
  });

  it('reads the log once, and never holds all of it', async () => {
    let held = 0;
    const reading: MemoryLog = Object.assign(new MemoryLog(entries, signed), {
      async *records(from: number, to: number) {
        held += to > from ? 1 : 0;
        yield* log.records(from, to);
      },
    });
    await verify(reading);
    // Once for the whole log, once for entries behind it.
    expect(held).toBe(2);
  });
});

describe('verifyLog of a log that was changed in the database', () => {
  const text = 'orchestrator.gate.closed.v1';
  it.each([
    ['a changed field', changedAt(20, (entry) => ({ ...entry, type: text })), ['entry_changed', 20]],
    [
      'changed data',
      changedAt(20, (entry) => ({ ...entry, data: entry.data.replace('20', '21') })),
      ['data_changed', 20],
    ],
    [
      'changed white space in data',
      changedAt(20, (entry) => ({ ...entry, data: `${entry.data} ` })),
      ['data_changed', 20],
    ],
    ['a removed leaf', changedAt(20, (entry) => ({ ...entry, leaf_hash: null })), ['entry_changed', 20]],
    [
      'a changed leaf',
      changedAt(20, (entry) => ({ ...entry, leaf_hash: recordOf(3).leaf_hash })),
      ['entry_changed', 20],
    ],
    ['a deleted entry', without(20), ['entry_missing', 20]],
    ['a cut tail', entries.slice(0, 50), ['entry_missing', 50]],
    ['an empty log', [], ['entry_missing', 0]],
    ['a repeated entry', [...entries.slice(0, 21), ...entries.slice(20)], ['entry_out_of_order', 21]],
    ['a deleted entry, with the rest renumbered', renumbered(without(20)), ['entry_missing', 56]],
    ['an extra entry at the end', [...entries, recordOf(size)], ['entries_unsigned', size]],
  ] as const)('names %s', async (_name, tampered, [code, index]) => {
    const verification = await verify(new MemoryLog(tampered, signed));
    expect(verification.valid).toBe(false);
    expect(verification.reasons[0]).toMatchObject({ code, index });
  });

  it.each([
    ['an entry changed with its digest and leaf', changedAt(33, (entry) => forged({ ...entry, type: text }))],
    [
      'two swapped entries',
      renumbered(
        entries.map((entry) => recordOf(entry.index, { 33: 34, 34: 33 }[entry.index] ?? entry.index)),
      ),
    ],
    [
      'an inserted entry, with the last one cut off',
      renumbered([...entries.slice(0, 33), recordOf(0, 999), ...entries.slice(33, -1)]),
    ],
  ])('names the checkpoints around %s', async (_name, tampered) => {
    const verification = await verify(new MemoryLog(tampered, signed));
    expect(codesOf(verification)).toEqual(['root_mismatch']);
    expect(verification.reasons[0]).toMatchObject({
      index: 30,
      message: expect.stringContaining('one of 30 to 39'),
    });
  });

  it('rejects a checkpoint signed with another key, over true or forged entries', async () => {
    const resigned = checkpointOver(entries, otherSigner);
    expect(codesOf(await verify(new MemoryLog(entries, [...signed, resigned])))).toEqual(['key_changed']);
    const forgery = renumbered(without(20));
    const rewritten = new MemoryLog(forgery, [checkpointOver(forgery, otherSigner)]);
    expect(codesOf(await verify(rewritten))).toEqual(['key_changed']);
    // Even if the platform names the new key as its own.
    const believing = { verifier: noteVerifier(otherSigner.verifierKey), remembered: newest };
    expect(codesOf(await verifyLog(rewritten, believing))).toEqual(['key_changed', 'rolled_back']);
  });

  it('rejects a log rolled back to an earlier checkpoint, if the later one is remembered', async () => {
    const back = new MemoryLog(entries.slice(0, 50), signed.slice(0, -1));
    expect(await verify(back)).toMatchObject({ valid: true, size: 50 });
    expect(codesOf(await verify(back, newest))).toEqual(['rolled_back']);
  });

  it('rejects a history rewritten with the right key, if the first one is remembered', async () => {
    const again = renumbered([...without(20), recordOf(0, 98), recordOf(0, 99)]);
    const rewritten = new MemoryLog(again, [checkpointOver(again)]);
    expect(await verify(rewritten)).toMatchObject({ valid: true });
    expect(codesOf(await verify(rewritten, newest))).toEqual(['history_rewritten']);
    const same = renumbered([...without(20), recordOf(0, 99)]);
    expect(codesOf(await verify(new MemoryLog(same, [checkpointOver(same)]), newest))).toEqual([
      'history_rewritten',
    ]);
  });

  it.each([
    ['checkpoint_missing', []],
    ['checkpoint_malformed', ['nothing']],
    ['signature_wrong', [newest.replace(`\n${size}\n`, `\n${size - 1}\n`)]],
    ['origin_changed', [newest.replace('test.example/audit\n', 'other.example/audit\n')]],
  ])('rejects checkpoints with the reason %s', async (code, checkpoints) => {
    expect(codesOf(await verify(new MemoryLog(entries, checkpoints)))).toContain(code);
  });

  it('rejects a remembered checkpoint that cannot be parsed, or that is not signed by the log', async () => {
    expect(codesOf(await verify(log, 'nothing'))).toEqual(['checkpoint_malformed']);
    const own = newest.replace(`\n${size}\n`, `\n${size - 1}\n`);
    expect(codesOf(await verify(log, own))).toEqual(['signature_wrong', 'history_rewritten']);
  });
});

describe('entries younger than the newest checkpoint', () => {
  const younger = [...entries, recordOf(size), recordOf(size + 1)];

  it('are verified with the checkpoint that covers them, which verifyLog waits for', async () => {
    const growing = new MemoryLog(younger, [...signed]);
    const verification = await verifyLog(growing, {
      verifier,
      waitForCheckpoint: async (attempt) => {
        if (attempt === 2) (growing.signed as string[]).push(checkpointOver(younger));
        return attempt < 5;
      },
    });
    expect(verification).toMatchObject({ valid: true, size: size + 2 });
  });

  it('are rejected when no checkpoint ever covers them', async () => {
    const verification = await verifyLog(new MemoryLog(younger, signed), {
      verifier,
      waitForCheckpoint: async (attempt) => attempt < 5,
    });
    expect(codesOf(verification)).toEqual(['entries_unsigned']);
  });
});

describe('verifyLog under any change', () => {
  const index = fc.nat(size - 1);
  const flipped = (value: string, place: number): string => {
    const at = place % value.length;
    return value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) ^ 1) + value.slice(at + 1);
  };
  const textFields = [
    'event_id',
    'type',
    'source',
    'subject',
    'time',
    'data_digest',
    'data',
    'leaf_hash',
  ] as const;

  const tamperings = fc.oneof(
    fc
      .record({ index, field: fc.constantFrom(...textFields), place: fc.nat(), isForged: fc.boolean() })
      .map(({ index: at, field, place, isForged }) =>
        changedAt(at, (entry) => {
          const changed = { ...entry, [field]: flipped(String(entry[field]), place) };
          return isForged && field !== 'leaf_hash' && field !== 'data_digest' ? forged(changed) : changed;
        }),
      ),
    fc
      .record({ index, version: fc.integer({ min: 2 }) })
      .map(({ index: at, version }) =>
        changedAt(at, (entry) => forged({ ...entry, aggregate_version: version })),
      ),
    fc
      .record({ index, isMovedUp: fc.boolean() })
      .map(({ index: at, isMovedUp }) => (isMovedUp ? renumbered(without(at)) : without(at))),
    index.map((at) => renumbered([...entries.slice(0, at), recordOf(at, 999), ...entries.slice(at)])),
    fc
      .tuple(index, index)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) =>
        renumbered(entries.map((_, at) => entries[at === a ? b : at === b ? a : at] as LoggedRecord)),
      ),
    index.map((at) => entries.slice(0, at)),
  );

  it('detects every change of entries', async () => {
    await fc.assert(
      fc.asyncProperty(tamperings, async (tampered) => {
        const verification = await verify(new MemoryLog(tampered, signed));
        expect(verification.valid).toBe(false);
        expect(verification.reasons.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('detects every changed bit of a checkpoint', async () => {
    const one = soundLog(1);
    const [, bytes] = one.signed.map((text) => Buffer.from(text)) as [Buffer, Buffer];
    for (let place = 0; place < bytes.length; place += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = Buffer.from(bytes);
        changed[place] = bytes.readUInt8(place) ^ (1 << bit);
        const { valid } = await verify(new MemoryLog(one.entries, [changed.toString()]));
        expect([place, bit, valid]).toEqual([place, bit, false]);
      }
  });
});
