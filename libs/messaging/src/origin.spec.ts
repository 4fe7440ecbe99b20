import type { OutgoingMessage } from '@ymera/contracts';
import { headerNames } from './headers';
import { createOriginKey, OriginAuthenticator, originOf } from './origin';

const origins = new OriginAuthenticator('orchestrator', [createOriginKey()]);

const copy = (changes: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  messageId: '01936d00-0000-7000-8000-000000000001',
  vhost: 'services',
  exchange: '',
  routingKey: 'orchestrator.commands',
  type: 'orchestrator.start_workflow.v1',
  headers: { [headerNames.sender]: 'svc-coordinator' },
  body: Buffer.from('{}'),
  ...changes,
});

it('gives a copy for a queue of the service a MAC that fits it', () => {
  const { headers } = origins.sign(copy());
  expect(origins.isAuthentic(originOf(copy()), String(headers[headerNames.mac]))).toBe(true);
});

it.each([
  ['for a queue of another service', { routingKey: 'integration.commands' }],
  ['for an exchange', { exchange: 'ymera.commands.v2' }],
  ['without a sender', { headers: {} }],
  ['with a MAC of its consumer', { headers: { [headerNames.sender]: 'a', [headerNames.mac]: 'made there' } }],
])('leaves a message as it is %s', (_what, changes) => {
  expect(origins.sign(copy(changes))).toEqual(copy(changes));
});
