import { digestOf } from '@ymera/kernel';
import fc from 'fast-check';
import { entryContent } from './audit-entry';

const event = {
  id: '01936d00-0000-7000-8000-000000000001',
  type: 'coordinator.approval.decided.v1',
  time: new Date(0),
  payload: { approval_id: 'a', decision: 'approved' },
  aggregateId: 'a',
  aggregateVersion: 2,
};

describe('entryContent', () => {
  it('names publisher, type, subject and trace id', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(entryContent({ ...event, traceparent })).toEqual({
      eventId: event.id,
      type: event.type,
      source: '/ymera/coordinator',
      subject: 'a',
      aggregateVersion: 2,
      time: event.time,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      canonicalData: '{"aggregate_version":2,"approval_id":"a","decision":"approved"}',
      dataDigest: digestOf({ approval_id: 'a', decision: 'approved', aggregate_version: 2 }),
    });
  });

  it.each([undefined, '', 'nonsense', '00-short-x-01'])(
    'has no trace id for the traceparent %p',
    (traceparent) => {
      expect(
        entryContent({ ...event, ...(traceparent === undefined ? {} : { traceparent }) }).traceId,
      ).toBeNull();
    },
  );

  it('computes a digest that can be recomputed from the data', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        const { canonicalData, dataDigest } = entryContent({ ...event, payload });
        expect(digestOf(JSON.parse(canonicalData))).toBe(dataDigest);
      }),
    );
  });
});
