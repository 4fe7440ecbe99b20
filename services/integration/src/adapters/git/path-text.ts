import { isUtf8 } from 'node:buffer';

/**
 * A path, or the target of a link, as text. git's names are bytes: a name that is not UTF-8 is quoted as git itself quotes
 * it (`"caf\351"`), and so is a name that starts like a quoted one. Two paths never map to one text.
 */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes) && !text.includes('"')) return text;
  return bytes.toString('latin1').split('/').map(nameText).join('/');
}

/** `name` holds one byte in each character. */
function nameText(name: string): string {
  const bytes = Buffer.from(name, 'latin1');
  if (isUtf8(bytes) && !name.startsWith('"')) return bytes.toString('utf8');
  const escaped = name.replaceAll(/["\\]|[^ -~]/g, (one) =>
    one === '"' || one === '\\' ? `\\${one}` : `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

/** The NUL-terminated fields of git's output, as bytes. */
export const fieldsOf = (output: Buffer): readonly Buffer[] =>
  output
    .toString('latin1')
    .split('\0')
    .map((field) => Buffer.from(field, 'latin1'));
