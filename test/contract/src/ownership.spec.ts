import {
  commands,
  deadLetterKeeper,
  errorShape,
  events,
  exchanges,
  messagesFromAgents,
  messagesToAgents,
  permissions,
  queries,
  routes,
  serviceNames,
  subscriptions,
  topicPermissions,
  topology,
} from '@ymera/contracts';
import { messages } from './declared';

describe('names', () => {
  it.each(messages.map((message) => [message.key, message] as const))(
    'of %s say whose it is',
    (key, message) => {
      expect(serviceNames).toContain(message.owner);
      expect(key).toBe(`${message.name}.v${message.version}`);
      expect(message.name).toMatch(
        message.kind === 'event' ? /^[a-z]+\.[a-z_]+\.[a-z_]+$/ : /^[a-z]+\.[a-z_]+$/,
      );
      expect(message.name.split('.')[0]).toBe(message.owner);
    },
  );

  it('are unique', () => {
    const keys = messages.map(({ key }) => key);
    expect(keys).toHaveLength(new Set(keys).size);
    for (const names of [messagesFromAgents, messagesToAgents].map((some) => some.map(({ name }) => name)))
      expect(names).toHaveLength(new Set<string>(names).size);
  });
});

describe('subscriptions', () => {
  it.each(serviceNames)('%s consumes only events that a service publishes', (service) => {
    for (const event of subscriptions[service]) {
      expect(events).toContain(event);
      expect(serviceNames).toContain(event.owner);
    }
    const keys = subscriptions[service].map(({ key }) => key);
    expect(keys).toHaveLength(new Set(keys).size);
  });

  it('leave no event without a consumer', () => {
    const read = new Set(serviceNames.flatMap((service) => subscriptions[service]));
    expect(events.filter((event) => !read.has(event)).map(({ key }) => key)).toEqual([]);
  });
});

describe('broker permissions of services', () => {
  const declared = topology();
  const allows = (pattern: string, name: string): boolean => new RegExp(pattern).test(name);
  const permissionOf = (service: string, vhost: string) =>
    permissions.find((permission) => permission.service === service && permission.vhost === vhost);

  it.each(serviceNames)(
    '%s reads its own queues; only the keeper reads dead letters, of everybody',
    (service) => {
      for (const { name, vhost } of declared.queues) {
        const permission = permissionOf(service, vhost);
        const isAllowed = name.endsWith('.dead')
          ? service === deadLetterKeeper
          : name.startsWith(`${service}.`);
        expect([name, permission ? allows(permission.read, name) : false]).toEqual([name, isAllowed]);
      }
    },
  );

  it.each(serviceNames)(
    '%s publishes its own events, and the commands and queries that it may send',
    (service) => {
      const isAllowed = (exchange: string, key: string): boolean => {
        const { write = '^$' } = permissionOf(service, 'services') ?? {};
        const ofTopic = topicPermissions.find((one) => one.service === service && one.exchange === exchange);
        return allows(write, exchange) && ofTopic !== undefined && allows(ofTopic.write, key);
      };
      for (const { key, owner } of events)
        expect([key, isAllowed(exchanges.events, key)]).toEqual([key, owner === service]);
      for (const { key, senders } of commands)
        expect([key, isAllowed(exchanges.commands, key)]).toEqual([key, senders.includes(service)]);
      for (const { key, senders } of queries)
        expect([key, isAllowed(exchanges.queries, key)]).toEqual([key, senders.includes(service)]);
    },
  );

  it('have no direct exchange between services on which a routing key would not be checked', () => {
    const direct = declared.exchanges.filter(({ vhost, type }) => vhost === 'services' && type === 'direct');
    expect(direct.map(({ name }) => name)).toEqual([exchanges.dead]);
  });

  it('name a sender of every command and query, which is never its owner', () => {
    for (const { key, owner, senders } of [...commands, ...queries]) {
      expect([key, senders.length]).not.toEqual([key, 0]);
      expect([key, senders.includes(owner)]).toEqual([key, false]);
    }
  });

  it('allow only the registry to declare queues, and only those of principals', () => {
    for (const { service, vhost, configure } of permissions)
      for (const name of ['ymera.events', 'audit.events', 'agents.in', 'agent.runner-1', 'other'])
        expect([service, name, allows(configure, name)]).toEqual([
          service,
          name,
          service === 'registry' && vhost === 'agents' && name === 'agent.runner-1',
        ]);
  });

  it('route every command and query to its owner’s queue, and every event to its consumers', () => {
    const queuesOf = (key: string): string[] =>
      declared.bindings.filter(({ routingKey }) => routingKey === key).map(({ queue }) => queue);
    for (const { key, owner } of commands) expect(queuesOf(key)).toEqual([`${owner}.commands`]);
    for (const { key, owner } of queries) expect(queuesOf(key)).toEqual([`${owner}.queries`]);
    for (const event of events)
      expect(queuesOf(event.key).sort()).toEqual(
        serviceNames
          .filter((service) => subscriptions[service].includes(event))
          .map((service) => `${service}.events`)
          .sort(),
      );
  });

  it('bind no agent’s messages to a queue that agents read', () => {
    for (const { exchange, queue } of declared.bindings)
      if (exchange === 'agents.in') expect(queue).not.toMatch(/^agent\./);
  });
});

describe('routes', () => {
  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s is complete',
    (_name, route) => {
      const placeholders = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(route.params?.shape ?? {})).toEqual(placeholders);
      expect(route.access.length).toBeGreaterThan(0);
      expect(route.path).toMatch(/^\/api\/v1(\/[a-z]+(-[a-z]+)*|\/\{\w+\})+$/);
      for (const code of route.errors) errorShape.shape.code.regex(/^[a-z][a-z0-9_]*$/).parse(code);
      expect(route.body === undefined || route.method !== 'GET').toBe(true);
      if (route.idempotent) expect(route.errors).toContain('idempotency_key_reused');
    },
  );

  it('have one path and one operation name each', () => {
    for (const names of [
      routes.map(({ operation }) => operation),
      routes.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
    ])
      expect(names).toHaveLength(new Set(names).size);
  });

  it('admit to reading at least the callers that are admitted to changing', () => {
    for (const { method, access, operation } of routes)
      if (method !== 'GET') expect([operation, access.includes('public')]).toEqual([operation, false]);
  });
});
