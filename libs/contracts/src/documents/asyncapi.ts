import { messagesFromAgents } from '../agent-protocol/from-agent';
import { messagesToAgents } from '../agent-protocol/to-agent';
import { commands } from '../commands';
import type { AgentMessageContract } from '../define/agent-message';
import { serviceNames } from '../define/message';
import { events } from '../events';
import { queries } from '../queries';
import { exchanges } from '../topology/names';
import { subscriptions } from '../topology/subscriptions';
import { topology } from '../topology/topology';
import { jsonSchemaOf } from './json-schema';
import { virtualHostNames } from './rabbitmq-definitions';

type Named = Readonly<Record<string, unknown>>;

interface Part {
  readonly channels: Record<string, Named>;
  readonly operations: Record<string, Named>;
  readonly messages: Record<string, Named>;
}

interface Exchange {
  readonly name: string;
  readonly vhost: 'services' | 'agents';
}

const channelReference = (channel: string): Named => ({ $ref: `#/channels/${channel}` });
const messageReference = (channel: string, message: string): Named => ({
  $ref: `#/channels/${channel}/messages/${message}`,
});

const exchangeBinding = ({ name, vhost }: Exchange): Named => ({
  amqp: {
    is: 'routingKey',
    exchange: {
      name,
      type: topology().exchanges.find((declared) => declared.name === name)?.type,
      durable: true,
      autoDelete: false,
      vhost: virtualHostNames[vhost],
    },
    bindingVersion: '0.3.0',
  },
});

function channel(
  address: string | null,
  exchange: Exchange,
  messages: readonly string[],
  extra: Named = {},
): Named {
  return {
    address,
    servers: [{ $ref: `#/servers/${exchange.vhost}` }],
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: exchangeBinding(exchange),
    ...extra,
  };
}

function addEvents(part: Part): void {
  const eventExchange = { name: exchanges.events, vhost: 'services' } as const;
  for (const event of events) {
    const consumers = serviceNames.filter((service) => subscriptions[service].includes(event));
    part.channels[event.key] = channel(event.key, eventExchange, [event.key]);
    part.operations[`publish.${event.key}`] = {
      action: 'send',
      summary: event.summary,
      description: `Published by ${event.owner}; consumed by ${consumers.join(', ') || 'no service yet'}.`,
      channel: channelReference(event.key),
      messages: [messageReference(event.key, event.key)],
    };
    part.messages[event.key] = message(event.key, event.summary, cloudEventSchema(event.payload), {
      specversion: '1.0',
      id: '01936d00-0000-7000-8000-000000000001',
      source: `/ymera/${event.owner}`,
      type: event.key,
      subject: 'aggregate',
      time: '2026-01-01T00:00:00.000Z',
      datacontenttype: 'application/json',
      data: { ...(event.sample as object), aggregate_version: 1 },
    });
  }
}

const cloudEventSchema = (payload: (typeof events)[number]['payload']): Named => {
  const data = jsonSchemaOf(payload, { io: 'input' });
  return {
    type: 'object',
    description: 'CloudEvents 1.0, structured JSON. Order events of one subject by `data.aggregate_version`.',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', format: 'uuid' },
      source: { type: 'string' },
      type: { type: 'string' },
      subject: { type: 'string' },
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      data: {
        allOf: [
          data,
          {
            type: 'object',
            required: ['aggregate_version'],
            properties: { aggregate_version: { type: 'integer', minimum: 1 } },
          },
        ],
      },
    },
  };
};

const message = (name: string, summary: string, payload: Named, example: unknown): Named => ({
  name,
  title: name,
  summary,
  contentType: 'application/json',
  headers: { $ref: '#/components/schemas/Headers' },
  payload,
  examples: [{ name: 'sample', payload: example }],
});

function addCommands(part: Part): void {
  for (const command of commands) {
    part.channels[command.key] = channel(command.key, { name: exchanges.commands, vhost: 'services' }, [
      command.key,
    ]);
    part.operations[`carry_out.${command.key}`] = {
      action: 'receive',
      summary: command.summary,
      description: `Sent by ${command.senders.join(', ')}; handled by ${command.owner}, at least once, deduplicated by message id.`,
      channel: channelReference(command.key),
      messages: [messageReference(command.key, command.key)],
    };
    part.messages[command.key] = message(
      command.key,
      command.summary,
      jsonSchemaOf(command.payload, { io: 'input' }),
      command.sample,
    );
  }
}

function addQueries(part: Part): void {
  const queryExchange = { name: exchanges.queries, vhost: 'services' } as const;
  for (const query of queries) {
    const reply = `${query.key}.reply`;
    part.channels[query.key] = channel(query.key, queryExchange, [query.key]);
    part.channels[reply] = {
      address: null,
      servers: [{ $ref: '#/servers/services' }],
      messages: { [reply]: { $ref: `#/components/messages/${reply}` } },
    };
    part.operations[`answer.${query.key}`] = {
      action: 'receive',
      summary: query.summary,
      description: `Asked by ${query.senders.join(', ')}; answered by ${query.owner} through direct reply-to; unanswered queries expire.`,
      channel: channelReference(query.key),
      messages: [messageReference(query.key, query.key)],
      reply: {
        address: { location: '$message.header#/reply_to' },
        channel: channelReference(reply),
        messages: [messageReference(reply, reply)],
      },
    };
    part.messages[query.key] = message(
      query.key,
      query.summary,
      jsonSchemaOf(query.payload, { io: 'input' }),
      query.sample,
    );
    part.messages[reply] = message(
      reply,
      `Answer to: ${query.summary}`,
      jsonSchemaOf(query.reply, { io: 'output' }),
      query.replySample,
    );
  }
}

const principalParameters = {
  partition: { description: 'From `welcome`; `hello` before there is one.' },
  principal: { description: 'The AMQP user. The broker refuses another name.' },
};

function addAgentProtocol(part: Part): void {
  const id = (contract: AgentMessageContract): string => `agent.${contract.name}`;
  const agentMessage = (contract: AgentMessageContract): void => {
    part.messages[id(contract)] = message(
      id(contract),
      contract.summary,
      jsonSchemaOf(contract.payload, { io: 'input' }),
      contract.sample,
    );
  };
  for (const published of ['report', 'result', 'event'] as const) {
    const contracts = messagesFromAgents.filter((contract) => contract.channel === published);
    contracts.forEach(agentMessage);
    const name = `agents.${published}`;
    part.channels[name] = channel(
      `${published}.{partition}.{principal}`,
      { name: exchanges.agentsIn, vhost: 'agents' },
      contracts.map(id),
      { parameters: principalParameters },
    );
    part.operations[`receive.${name}`] = {
      action: 'receive',
      summary: `Messages that principals publish under ${published}.`,
      description: 'The AMQP property `user_id` must be set, `type` is the message’s name without `agent.`.',
      channel: channelReference(name),
      messages: contracts.map((contract) => messageReference(name, id(contract))),
    };
  }
  messagesToAgents.forEach(agentMessage);
  part.channels['agents.inbox'] = channel(
    '{principal}',
    { name: exchanges.agentsOut, vhost: 'agents' },
    messagesToAgents.map(id),
    {
      description: 'A principal consumes its own queue, `agent.<principal>`.',
      parameters: { principal: principalParameters.principal },
    },
  );
  part.operations['send.agents.inbox'] = {
    action: 'send',
    summary: 'Messages to a principal for its agents.',
    channel: channelReference('agents.inbox'),
    messages: messagesToAgents.map((contract) => messageReference('agents.inbox', id(contract))),
  };
}

/** AsyncAPI 3 of the agent protocol and of all messages between services, as the platform sees it. */
export function asyncApiDocument(): Named {
  const part: Part = { channels: {}, operations: {}, messages: {} };
  addAgentProtocol(part);
  addEvents(part);
  addCommands(part);
  addQueries(part);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'YMERA Agent Manager: messages',
      version: '1',
      description:
        'RabbitMQ, AMQP 0-9-1, JSON in snake_case, at most 1 MiB. Agents’ authors need the channels `agents.*` only.',
    },
    defaultContentType: 'application/json',
    servers: {
      agents: { host: 'localhost:5672', pathname: virtualHostNames.agents, protocol: 'amqp' },
      services: { host: 'localhost:5672', pathname: virtualHostNames.services, protocol: 'amqp' },
    },
    channels: part.channels,
    operations: part.operations,
    components: {
      messages: part.messages,
      schemas: {
        Headers: {
          type: 'object',
          properties: {
            traceparent: {
              type: 'string',
              description: 'W3C trace context; propagate it in your own messages.',
            },
          },
        },
      },
    },
  };
}
