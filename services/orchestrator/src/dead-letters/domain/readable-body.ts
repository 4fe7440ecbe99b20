/** Removes secrets from a value, or from text that is not JSON. */
export interface Redaction {
  value(value: unknown): unknown;
  text(text: string): string;
}

export interface ReadableBody {
  readonly body: string;
  readonly encoding: 'utf-8' | 'base64';
  readonly isTruncated: boolean;
}

const shownLength = 1024 * 1024;
/** Bytes shown of a binary body: enough to recognise it. */
const shownBytes = 64 * 1024;
const excerptLength = 300;

/** A body for people. Secrets are found by member names, so it is parsed first and truncated last. */
export function readableBody(body: Buffer, redaction: Redaction): ReadableBody {
  const text = utf8(body);
  if (text === undefined)
    return {
      body: body.subarray(0, shownBytes).toString('base64'),
      encoding: 'base64',
      isTruncated: body.length > shownBytes,
    };
  const safe = withoutSecrets(text, redaction);
  return { body: safe.slice(0, shownLength), encoding: 'utf-8', isTruncated: safe.length > shownLength };
}

export const excerptOf = (body: Buffer, redaction: Redaction): string =>
  readableBody(body, redaction).body.slice(0, excerptLength);

function utf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function withoutSecrets(text: string, redaction: Redaction): string {
  try {
    return JSON.stringify(redaction.value(JSON.parse(text)));
  } catch {
    // Not JSON, or nested too deeply to parse.
    return redaction.text(text.slice(0, shownLength));
  }
}
