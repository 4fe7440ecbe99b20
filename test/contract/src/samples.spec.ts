import { cloudEvent, eventMessage, events, queries } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { agentMessages, messages } from './declared';

describe('samples', () => {
  it.each(messages.map((message) => [message.key, message] as const))('of %s parse', (_key, message) => {
    message.payload.parse(message.sample);
  });

  it.each(queries.map((query) => [query.key, query] as const))('of the reply to %s parse', (_key, query) => {
    query.reply.parse(query.replySample);
  });

  it.each(agentMessages.map((message) => [message.name, message] as const))(
    'of the agent message %s parse and stay within the size limit',
    (_name, message) => {
      message.payload.parse(message.sample);
      expect(JSON.stringify(message.sample).length).toBeLessThan(1_048_576);
    },
  );

  it.each(events.map((event) => [event.key, event] as const))(
    'of %s survive encoding and decoding',
    (_key, event) => {
      const { body } = eventMessage(
        event,
        { aggregateId: 'a', aggregateVersion: 3, payload: event.sample },
        { id: uuidv7(), time: new Date() },
      );
      const { data, type } = cloudEvent.parse(JSON.parse(body.toString()));
      expect(type).toBe(event.key);
      expect(data.aggregate_version).toBe(3);
      expect(event.payload.parse(data)).toEqual(event.payload.parse(event.sample));
    },
  );
});
