import { failure, FailureException, silentLogger } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { DelayedMessage } from '../delayed-delivery';
import { retry } from '../disposition';
import { createOriginKey, OriginAuthenticator } from '../origin';
import { publishFailures } from '../publishing/publish-failures';
import { isPoison } from './poison';
import type { Session } from './session';
import { Settler } from './settler';

const exception = (problem: ReturnType<typeof failure>) => new FailureException(problem);

describe('isPoison', () => {
  it.each([
    ['a message that cannot be encoded', exception(publishFailures.malformed('x')), true, true],
    ['a message that is too large', exception(publishFailures.tooLarge(1)), true, true],
    ['text that cannot be stored', exception(failure('validation', 'text_invalid', 'NUL')), true, true],
    ['a channel that ends before each confirm', exception(publishFailures.lost), false, true],
    ['an unexpected error', new TypeError('x is undefined'), false, true],
    ['a broker that is away', exception(publishFailures.unavailable), false, false],
    ['a queue that is full', exception(publishFailures.refused), false, false],
    [
      'a dead-letter exchange without a queue',
      exception(
        publishFailures.unroutable(
          { messageId: '', exchange: '', routingKey: '', bytes: 0, returned: undefined },
          '',
        ),
      ),
      false,
      false,
    ],
    [
      'a database that is too slow',
      exception(failure('timeout', 'database_timeout', 'Too slow.')),
      false,
      false,
    ],
  ])('tells %s from what is away', (_what, error, atFirst, inTheEnd) => {
    expect(isPoison(error, 1)).toBe(atFirst);
    expect(isPoison(error, 1_000)).toBe(inTheEnd);
  });
});

describe('Settler', () => {
  const message = {
    content: Buffer.from('{}'),
    fields: { exchange: 'agents.in', routingKey: 'result.0.a', deliveryTag: 1 },
    properties: { type: 'progress', userId: 'a', headers: {} },
  } as ConsumeMessage;

  function settling(outcomes: { readonly schedule?: Error; readonly publish?: Error }) {
    const settled: string[] = [];
    const published: unknown[] = [];
    const outcome = (error: Error | undefined) => (error ? Promise.reject(error) : Promise.resolve());
    const settler = new Settler({
      queue: 'orchestrator.results',
      publisher: {
        publish: (letter) => {
          published.push(letter.headers['x-ymera-code']);
          return outcome(outcomes.publish);
        },
      },
      delayed: { schedule: (_message: DelayedMessage) => outcome(outcomes.schedule) },
      logger: silentLogger,
      stopping: new AbortController().signal,
      place: () => ({
        maxBodyBytes: 100,
        facts: {
          now: new Date(),
          vhost: 'agents',
          queue: 'orchestrator.results',
          own: { service: 'orchestrator', user: 'svc-orchestrator' },
          origins: new OriginAuthenticator('orchestrator', [createOriginKey()]),
          retentionMs: 1,
        },
      }),
    });
    const session = {
      epoch: { live: true },
      acknowledge: () => settled.push('acknowledged') > 0,
      reject: () => settled.push('rejected') > 0,
    } as unknown as Session;
    return { settled, published, settle: () => settler.settle({ session, message }, retry(1, 'again')) };
  }
  const refused = exception(failure('validation', 'text_invalid', 'NUL'));

  it('dead-letters a message whose retry cannot be stored because of the message', async () => {
    const { settle, settled, published } = settling({ schedule: refused });
    await settle();
    expect({ settled, published }).toEqual({ settled: ['acknowledged'], published: ['retry_not_stored'] });
  });

  it('rejects a message to the broker whose dead letter cannot be published because of the message', async () => {
    const { settle, settled, published } = settling({
      schedule: refused,
      publish: exception(publishFailures.malformed('x')),
    });
    await settle();
    expect({ settled, published }).toEqual({ settled: ['rejected'], published: ['retry_not_stored'] });
  });
});
