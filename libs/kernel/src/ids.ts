import { randomFillSync } from 'node:crypto';

/** A string that only its own constructor creates. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

const uuidv7Pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A call for randomness is the most expensive part of an id, so one call serves many ids. */
const pool = new Uint8Array(4096);
let used = pool.length;

function fillFromPool(bytes: Uint8Array): void {
  if (used + bytes.length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  bytes.set(pool.subarray(used, used + bytes.length));
  used += bytes.length;
}

/**
 * A UUID of version 7 (RFC 9562): 48 bits of Unix time in milliseconds, then randomness. Ids of one process and one
 * millisecond are not ordered; rely only on the time they carry.
 */
export function uuidv7(now: number = Date.now(), fill: (bytes: Uint8Array) => void = fillFromPool): string {
  const bytes = new Uint8Array(16);
  fill(bytes);
  let rest = now;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const isUuidv7 = (value: string): boolean => uuidv7Pattern.test(value);

/** The time of an id's creation, in milliseconds of Unix time; undefined when it is not a UUIDv7. */
export function uuidv7Time(id: string): number | undefined {
  return isUuidv7(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}
