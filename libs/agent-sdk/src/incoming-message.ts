import { messagesToAgents, type PayloadOf } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { z } from 'zod';

type Contract = (typeof messagesToAgents)[number];

/** A message of the platform, distinguished by its name. */
export type IncomingMessage = {
  readonly [Name in Contract['name']]: {
    readonly name: Name;
    readonly payload: PayloadOf<Extract<Contract, { readonly name: Name }>>;
  };
}[Contract['name']];

/** Undefined for an unknown message: a newer platform may send more than this host understands. */
export function readMessage(delivery: ConsumeMessage, logger: Logger): IncomingMessage | undefined {
  const contract = messagesToAgents.find(({ name }) => name === delivery.properties.type);
  if (!contract) {
    logger.warn('message of unknown type', { type: String(delivery.properties.type) });
    return undefined;
  }
  const payload = parse(contract.payload, delivery.content);
  if (payload === undefined) {
    logger.warn('message does not match its contract', { type: contract.name });
    return undefined;
  }
  logger.debug('message taken', { type: contract.name });
  return { name: contract.name, payload } as IncomingMessage;
}

function parse(schema: z.ZodType, content: Buffer): unknown {
  try {
    const parsed = schema.safeParse(JSON.parse(content.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
