import { commands, events, notCritical, recordedBy, routes, subscriptions } from '@ymera/contracts';
import { z } from 'zod';

const changing = routes.filter(({ method }) => method !== 'GET');
const operations = [...changing.map(({ operation }) => operation), ...commands.map(({ key }) => key)];

/** Members in which an event names its actor: `decided_by`, `requested_by`, ... */
const actors = (payload: z.ZodType): readonly string[] =>
  payload instanceof z.ZodObject
    ? Object.keys(payload.shape).filter((name) => name.endsWith('_by') || name === 'principal_id')
    : [];

describe('the audit log', () => {
  it.each(operations)('has an entry for %s', (operation) => {
    const recorded = recordedBy[operation] ?? [];
    expect(recorded.length).toBeGreaterThan(0);
    for (const event of recorded) {
      expect(events).toContain(event);
      expect(subscriptions.audit).toContain(event);
    }
  });

  it.each(changing.map(({ operation }) => operation))('names the actor of %s', (operation) => {
    for (const event of recordedBy[operation] ?? [])
      expect([event.key, actors(event.payload)]).toEqual([
        event.key,
        expect.arrayContaining([expect.anything()]),
      ]);
  });

  it('has an entry for every published event, except those declared as not critical', () => {
    const missing = events.filter((event) => !subscriptions.audit.includes(event));
    expect(missing.map(({ key }) => key)).toEqual(notCritical.map(({ key }) => key));
    expect(notCritical.map(({ key }) => key)).toEqual(['orchestrator.task.progressed.v1']);
  });

  it('names no unknown operation', () => {
    expect(Object.keys(recordedBy).filter((operation) => !operations.includes(operation))).toEqual([]);
  });
});
