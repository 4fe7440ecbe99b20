/** A server-side secret that database readers do not have. Rotated by adding a version; each row names its version. */
export interface Pepper {
  readonly version: number;
  readonly key: string;
}

const minKeyLength = 16;

/** `1:<key>,2:<key>`, or one bare key for version 1. Undefined when it is neither. */
export function parsePeppers(text: string): readonly Pepper[] | undefined {
  const peppers = text.split(',').map((part): Pepper => {
    const [, version, key] = /^(\d{1,4}):(.+)$/.exec(part) ?? [];
    return version && key ? { version: Number(version), key } : { version: 1, key: part };
  });
  const isDistinct = new Set(peppers.map(({ version }) => version)).size === peppers.length;
  const isLongEnough = peppers.every(({ key }) => key.length >= minKeyLength);
  return isDistinct && isLongEnough ? peppers : undefined;
}
