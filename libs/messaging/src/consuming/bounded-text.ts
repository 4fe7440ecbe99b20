import { storable } from '@ymera/kernel';

/** AMQP's short strings. */
const maxShortStringBytes = 255;

/**
 * Text of a stranger as it can be published and stored: at most `maxLength` UTF-16 code units, no half of a surrogate pair
 * and no NUL, which PostgreSQL refuses. Undefined for what is not text.
 */
export function boundedText(value: unknown, maxLength = maxShortStringBytes): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const isBounded = value.length <= maxLength;
  // Half of a pair at the end is a cut of ours, not a character of the sender's.
  return storable(isBounded ? value : value.slice(0, maxLength).replace(/[\ud800-\udbff]$/, ''));
}

/** As `boundedText`, in at most 255 bytes of UTF-8: what AMQP takes as a property. */
export function shortText(value: unknown): string | undefined {
  const text = boundedText(value);
  if (text === undefined || Buffer.byteLength(text) <= maxShortStringBytes) return text;
  // A character that is cut ends in U+FFFD.
  return Buffer.from(text)
    .subarray(0, maxShortStringBytes)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}

/** `00-<trace id>-<span id>-<flags>` of W3C; anything else is of no use to a trace. */
export const traceparentOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(value)
    ? value
    : undefined;
