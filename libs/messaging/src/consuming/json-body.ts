import { err, isJsonDeeperThan, ok, type Result } from '@ymera/kernel';
import { isUtf8 } from 'node:buffer';

export interface Rejection {
  readonly code: string;
  readonly reason: string;
}

export const rejection = (code: string, reason: string): Rejection => ({ code, reason });

/** The limit for agents; services limit themselves. */
export const maxAgentBodyBytes = 1024 * 1024;
const maxDepth = 64;

/** JSON of a stranger. */
export function parseUntrustedJson(body: Buffer): Result<unknown, Rejection> {
  if (body.length > maxAgentBodyBytes)
    return err(
      rejection('message_too_large', `${body.length} bytes; at most ${maxAgentBodyBytes} are taken`),
    );
  if (!isUtf8(body)) return err(rejection('invalid_utf8', 'the body is not UTF-8'));
  if (isJsonDeeperThan(maxDepth, body))
    return err(rejection('too_deep', `nested more than ${maxDepth} levels`));
  return json(body);
}

export function json(body: Buffer): Result<unknown, Rejection> {
  try {
    return ok(JSON.parse(body.toString('utf8')));
  } catch (error) {
    return err(rejection('invalid_json', error instanceof Error ? error.message : 'not JSON'));
  }
}
