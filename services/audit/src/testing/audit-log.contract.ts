import type { UnitOfWork } from '@ymera/unit-of-work';
import { digestOf, uuidv7 } from '@ymera/kernel';
import { noteVerifier, verifyLog } from '@ymera/transparency';
import { ListEntries } from '../application/list-entries';
import type { CheckpointLog, EntryLog, EntryReader, LogReader } from '../application/ports';
import { RecordEntries } from '../application/record-entries';
import { SignCheckpoint } from '../application/sign-checkpoint';
import type { AuditedEvent } from '../domain/audit-entry';
import { signer, sourceOf } from './log-source';

export const auditedEvent = (number: number, payload: object = { number }): AuditedEvent => ({
  id: uuidv7(),
  type: 'orchestrator.step.changed.v1',
  time: new Date(Date.UTC(2026, 0, 1) + number),
  payload,
  aggregateId: `run-${number}`,
  aggregateVersion: 1,
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});

/** Contract suite for recording and listing; the log is empty at the beginning. */
export function auditLogContract(
  partsOf: () => {
    unitOfWork: UnitOfWork<{ readonly log: EntryLog; readonly checkpoints: CheckpointLog }>;
    reader: EntryReader & LogReader;
  },
): void {
  const record = (events: readonly AuditedEvent[]) => new RecordEntries(partsOf().unitOfWork).execute(events);
  const list = async (fromIndex: number, limit: number) => {
    const listed = await new ListEntries(partsOf().reader).execute({ from_index: fromIndex, limit });
    if (!listed.ok) throw new Error(listed.error.code);
    return listed.value;
  };

  it('assigns indices from 0 without gaps in the order of arrival', async () => {
    expect(await list(0, 10)).toEqual({ items: [], next_index: null, next_cursor: null });
    expect(await record([1, 2, 3].map((number) => auditedEvent(number)))).toBe(3);
    const { items, next_index: next } = await list(0, 2);
    expect(items.map(({ index, subject }) => [index, subject])).toEqual([
      [0, 'run-1'],
      [1, 'run-2'],
    ]);
    expect(next).toBe(2);
    expect(await list(2, 2)).toMatchObject({ items: [{ index: 2, subject: 'run-3' }], next_index: null });
  });

  it('records an event once within a batch and across batches, without leaving a gap', async () => {
    const [first, second, third] = [4, 5, 6].map((number) => auditedEvent(number)) as [
      AuditedEvent,
      AuditedEvent,
      AuditedEvent,
    ];
    const before = (await list(0, 200)).items.length;
    expect(await record([first, first, second])).toBe(2);
    expect(await record([second, third, first])).toBe(1);
    const { items } = await list(before, 10);
    expect(items.map(({ index, event_id: id }) => [index, id])).toEqual([
      [before, first.id],
      [before + 1, second.id],
      [before + 2, third.id],
    ]);
  });

  it('keeps data byte for byte, so that its digest can be checked', async () => {
    const data = { z: 1.5, a: ['nul \u0000', 'half \ud800', 1e21, -0, 1e-7], '': { b: null } };
    const before = (await list(0, 200)).items.length;
    await record([auditedEvent(7, data)]);
    const [entry] = (await list(before, 1)).items;
    expect(digestOf(entry?.data)).toBe(entry?.data_digest);
    expect(entry).toMatchObject({
      source: '/ymera/orchestrator',
      time: '2026-01-01T00:00:00.007Z',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      data: { a: ['nul \u0000', 'half \ud800', 1e21, 0, 1e-7], aggregate_version: 1 },
    });
  });

  const verify = () => verifyLog(sourceOf(partsOf().reader), { verifier: noteVerifier(signer.verifierKey) });

  it('signs the current tree once, and the signature verifies with the key', async () => {
    const sign = new SignCheckpoint(partsOf().unitOfWork, signer);
    expect((await verify()).reasons).toMatchObject([{ code: 'checkpoint_missing' }]);
    const size = (await list(0, 200)).items.length;
    expect(await sign.execute()).toBe(size);
    expect(await sign.execute()).toBeUndefined();
    expect(await verify()).toMatchObject({ valid: true, size });

    await record([8, 9, 10].map((number) => auditedEvent(number)));
    expect((await verify()).reasons).toMatchObject([{ code: 'entries_unsigned', index: size }]);
    expect(await sign.execute()).toBe(size + 3);
    expect(await verify()).toMatchObject({ valid: true, size: size + 3 });
    const sizes = (await partsOf().reader.checkpoints(0, 10)).map(({ size: covered }) => covered);
    expect(sizes).toEqual([size, size + 3]);
    expect(await partsOf().reader.checkpoints(size + 1, 10)).toHaveLength(1);
  });

  it('stores text that PostgreSQL cannot hold so that its digest still verifies', async () => {
    await record([{ ...auditedEvent(11), aggregateId: 'half \ud800 and nul \0' }]);
    await new SignCheckpoint(partsOf().unitOfWork, signer).execute();
    expect(await verify()).toMatchObject({ valid: true });
  });
}
