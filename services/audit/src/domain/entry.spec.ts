import { entriesFrom, leafBytes, type RecordedFact } from './entry';

const fact: RecordedFact = {
  eventId: '01936d00-0000-7000-8000-000000000001',
  type: 'orchestrator.workflow.started.v1',
  source: '/ymera/orchestrator',
  subject: '01936d00-0000-7000-8000-0000000000bb',
  aggregateVersion: 1,
  time: new Date('2026-01-01T00:00:00Z'),
  traceId: null,
  payload: { b: 1, a: [true, 'x'] },
};

describe('entriesFrom', () => {
  it('places facts densely in the order in which they came', () => {
    const entries = entriesFrom(7, [fact, { ...fact, eventId: 'second' }]);
    expect(entries.map(({ index, eventId }) => [index, eventId])).toEqual([
      [7, fact.eventId],
      [8, 'second'],
    ]);
  });

  it('digests the canonical bytes of the data, whatever the order of its members', () => {
    const [one] = entriesFrom(0, [fact]);
    const [other] = entriesFrom(0, [{ ...fact, payload: { a: [true, 'x'], b: 1 } }]);
    expect(one).toEqual(other);
    expect(one?.data).toBe('{"a":[true,"x"],"b":1}');
  });
});

describe('leafBytes', () => {
  it('changes with every member, and not when the data is erased', () => {
    const [entry] = entriesFrom(0, [fact]);
    if (!entry) throw new Error('unexpected');
    const bytes = leafBytes(entry);
    expect(leafBytes({ ...entry, data: '' })).toBe(bytes);
    for (const change of [
      { index: 1 },
      { type: 'x' },
      { subject: 'x' },
      { dataDigest: 'x' },
      { traceId: 'x' },
      { time: new Date(0) },
    ])
      expect(leafBytes({ ...entry, ...change })).not.toBe(bytes);
  });
});
