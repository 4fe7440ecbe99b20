import type { OutgoingMessage } from '@ymera/contracts';
import { headerNames } from '../headers';
import { asStoredNow } from './former-rows';

const own = { service: 'orchestrator', user: 'svc-orchestrator' } as const;
const row = (changes: Partial<OutgoingMessage>): OutgoingMessage => ({
  messageId: '01936d00-0000-7000-8000-000000000001',
  vhost: 'services',
  exchange: '',
  routingKey: 'orchestrator.commands',
  type: 'orchestrator.start_workflow.v1',
  headers: {},
  body: Buffer.from('{}'),
  ...changes,
});

it.each([
  ['ymera.commands', 'ymera.commands.v2'],
  ['ymera.queries', 'ymera.queries.v2'],
  ['ymera.events', 'ymera.events'],
])('publishes what was stored for %s to %s', (stored, published) => {
  expect(asStoredNow(row({ exchange: stored }), own).exchange).toBe(published);
});

it.each([
  ['a command', { type: 'orchestrator.start_workflow.v1' }, 'svc-coordinator'],
  ['an event', { type: 'integration.change.landed.v1' }, 'svc-integration'],
  [
    'a message of an agent',
    { vhost: 'agents' as const, type: 'result', headers: { 'x-ymera-principal': 'runner-1' } },
    'runner-1',
  ],
])('names a sender of the retry of %s that was stored without one', (_what, changes, sender) => {
  expect(asStoredNow(row(changes), own).headers[headerNames.sender]).toBe(sender);
});

it('leaves a row alone that names its sender', () => {
  const stored = row({ headers: { [headerNames.sender]: 'svc-gateway' } });
  expect(asStoredNow(stored, own)).toBe(stored);
});
