import fc from 'fast-check';
import { brokerAccess, isAllowed, type BrokerFacts, type BrokerRequest } from './broker-authorisation';
import type { Principal } from './principal';

const vhost = '/agents';
const runner: BrokerFacts = { principalId: 'runner-1', partition: 17, status: 'active', cause: null };
const silent: BrokerFacts = { ...runner, status: 'suspended', cause: 'silence' };

const resource = (kind: string, name: string, permission: string, host = vhost): BrokerRequest => ({
  kind: 'resource',
  vhost: host,
  resource: kind,
  name,
  permission,
});
const topic = (routingKey: string, name = 'agents.in', permission = 'write'): BrokerRequest => ({
  kind: 'topic',
  vhost,
  name,
  permission,
  routingKey,
});

const allowed: readonly (readonly [string, BrokerRequest])[] = [
  ['enter the agents’ virtual host', { kind: 'vhost', vhost }],
  ['publish to agents.in', resource('exchange', 'agents.in', 'write')],
  ['read its own queue', resource('queue', 'agent.runner-1', 'read')],
  ['report under its own name', topic('report.17.runner-1')],
  ['send results under its own name', topic('result.17.runner-1')],
  ['send events under its own name', topic('event.17.runner-1')],
  ['say hello', topic('event.hello.runner-1')],
];

const refused: readonly (readonly [string, BrokerRequest])[] = [
  ['enter the services’ virtual host', { kind: 'vhost', vhost: '/ymera' }],
  ['enter the default virtual host', { kind: 'vhost', vhost: '/' }],
  ['publish to the default exchange', resource('exchange', 'amq.default', 'write')],
  ['publish to the agents’ own exchange', resource('exchange', 'agents.out', 'write')],
  ['publish dead letters', resource('exchange', 'agents.dead', 'write')],
  ['bind to agents.in (read of the exchange)', resource('exchange', 'agents.in', 'read')],
  ['declare an exchange', resource('exchange', 'agents.in', 'configure')],
  ['read another’s queue', resource('queue', 'agent.runner-2', 'read')],
  ['read a queue whose name begins like its own', resource('queue', 'agent.runner-10', 'read')],
  ['read a service’s queue', resource('queue', 'orchestrator.results', 'read')],
  ['declare or delete its own queue', resource('queue', 'agent.runner-1', 'configure')],
  ['bind its own queue (write on the queue)', resource('queue', 'agent.runner-1', 'write')],
  ['declare any queue', resource('queue', 'mine', 'configure')],
  ['use a kind of resource that is not known', resource('stream', 'agents.in', 'write')],
  ['use agents.in elsewhere', resource('exchange', 'agents.in', 'write', '/ymera')],
  ['report as another', topic('report.17.runner-2')],
  ['report into another partition', topic('report.18.runner-1')],
  ['say hello as another', topic('event.hello.runner-2')],
  ['send a result as hello', topic('result.hello.runner-1')],
  ['invent a channel', topic('control.17.runner-1')],
  ['add words to its routing key', topic('report.17.runner-1.more')],
  ['hide a line break in its routing key', topic('report.17.runner-1\n')],
  ['use wildcards', topic('report.*.*')],
  ['use an empty routing key', topic('')],
  ['use a topic on another exchange', topic('report.17.runner-1', 'amq.topic')],
  ['bind by topic', topic('report.17.runner-1', 'agents.in', 'read')],
];

describe('isAllowed for a principal on the broker', () => {
  it.each(allowed)('lets it %s', (_title, request) => {
    expect(isAllowed(runner, request, vhost)).toBe(true);
  });

  it.each(refused)('does not let it %s', (_title, request) => {
    expect(isAllowed(runner, request, vhost)).toBe(false);
  });

  it.each<[string, BrokerFacts]>([
    ['retired', { ...runner, status: 'retired', cause: 'operator' }],
    ['frozen', { ...runner, status: 'frozen', cause: 'silence' }],
    ['suspended for a violation', { ...runner, status: 'suspended', cause: 'violation' }],
    ['suspended for an unknown reason', { ...runner, status: 'suspended', cause: null }],
  ])('allows nothing once it is %s', (_title, principal) => {
    for (const [, request] of [...allowed, ...refused])
      expect(isAllowed(principal, request, vhost)).toBe(false);
  });

  it('allows only to connect, read, report and say hello while it is suspended for missed reports', () => {
    const may = allowed.filter(([, request]) => isAllowed(silent, request, vhost)).map(([title]) => title);
    expect(may).toEqual([
      'enter the agents’ virtual host',
      'publish to agents.in',
      'read its own queue',
      'report under its own name',
      'say hello',
    ]);
    for (const [, request] of refused) expect(isAllowed(silent, request, vhost)).toBe(false);
  });

  it('gives every status an access, and full access only to the active one', () => {
    const statuses: readonly Principal['status'][] = ['active', 'suspended', 'frozen', 'retired'];
    const full = statuses.filter((status) => brokerAccess({ status, cause: 'silence' }) === 'full');
    expect(full).toEqual(['active']);
  });

  it('allows no routing key but its own four', () => {
    const word = fc.constantFrom(
      'report',
      'result',
      'event',
      'hello',
      '17',
      '1',
      'runner-1',
      'runner-2',
      '#',
      '',
    );
    const own = ['report.17.runner-1', 'result.17.runner-1', 'event.17.runner-1', 'event.hello.runner-1'];
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const routingKey = words.join('.');
        expect(isAllowed(runner, topic(routingKey), vhost)).toBe(own.includes(routingKey));
      }),
      { numRuns: 2000 },
    );
  });
});
