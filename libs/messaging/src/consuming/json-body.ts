import { err, ok, type Result } from '@ymera/kernel';
import { isUtf8 } from 'node:buffer';

export interface Rejection {
  readonly code: string;
  readonly reason: string;
}

export const rejection = (code: string, reason: string): Rejection => ({ code, reason });

/** What agents may send; services bound themselves. */
export const maxAgentBodyBytes = 1024 * 1024;
const maxDepth = 64;

const quote = 0x22;
const backslash = 0x5c;
const isOpener = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isCloser = (byte: number): boolean => byte === 0x5d || byte === 0x7d;

/** Counted on the bytes, before anything recursive gets to see the value. */
function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (isOpener(byte)) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (isCloser(byte)) depth -= 1;
  }
  return false;
}

/** JSON of a stranger. */
export function parseUntrustedJson(body: Buffer): Result<unknown, Rejection> {
  if (body.length > maxAgentBodyBytes)
    return err(
      rejection('message_too_large', `${body.length} bytes; at most ${maxAgentBodyBytes} are taken`),
    );
  if (!isUtf8(body)) return err(rejection('invalid_utf8', 'the body is not UTF-8'));
  if (isTooDeep(body)) return err(rejection('too_deep', `nested more than ${maxDepth} levels`));
  return json(body);
}

export function json(body: Buffer): Result<unknown, Rejection> {
  try {
    return ok(JSON.parse(body.toString('utf8')));
  } catch (error) {
    return err(rejection('invalid_json', error instanceof Error ? error.message : 'not JSON'));
  }
}
