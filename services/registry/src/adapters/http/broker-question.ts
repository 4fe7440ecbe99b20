import { z } from 'zod';
import type { BrokerRequest } from '../../domain/broker-authorisation';

/** Forms as rabbitmq_auth_backend_http sends them; fields that are not used here are ignored. */
export const userQuestion = z.object({ username: z.string().max(300), password: z.string().max(300) });

const about = { username: z.string().max(300), vhost: z.string().max(300) };
const vhostQuestion = z.object(about);
const resourceQuestion = z.object({
  ...about,
  resource: z.string(),
  name: z.string(),
  permission: z.string(),
});
const topicQuestion = z.object({
  ...about,
  name: z.string(),
  permission: z.string(),
  routing_key: z.string(),
});

export interface PermissionQuestion {
  readonly username: string;
  readonly request: BrokerRequest;
}

/** Undefined when the query is unknown. */
export function permissionQuestion(kind: string, form: unknown): PermissionQuestion | undefined {
  switch (kind) {
    case 'vhost': {
      const { data } = vhostQuestion.safeParse(form);
      return data && { username: data.username, request: { kind, vhost: data.vhost } };
    }
    case 'resource': {
      const { data } = resourceQuestion.safeParse(form);
      if (!data) return undefined;
      const { username, ...request } = data;
      return { username, request: { kind, ...request } };
    }
    case 'topic': {
      const { data } = topicQuestion.safeParse(form);
      if (!data) return undefined;
      const { vhost, name, permission } = data;
      return {
        username: data.username,
        request: { kind, vhost, name, permission, routingKey: data.routing_key },
      };
    }
    default:
      return undefined;
  }
}
