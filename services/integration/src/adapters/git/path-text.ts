import { isUtf8 } from 'node:buffer';

/**
 * A path, or where a link leads, as text. git's names are bytes: what is no UTF-8 is quoted, name by name, as git itself
 * quotes it (`"caf\351"`), and so is a name that begins like a quoted one. Two paths never become one text.
 */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes) && !text.includes('"')) return text;
  return bytes.toString('latin1').split('/').map(nameText).join('/');
}

/** `name` holds a byte in each character. */
function nameText(name: string): string {
  const bytes = Buffer.from(name, 'latin1');
  if (isUtf8(bytes) && !name.startsWith('"')) return bytes.toString('utf8');
  const escaped = name.replaceAll(/["\\]|[^ -~]/g, (one) =>
    one === '"' || one === '\\' ? `\\${one}` : `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

/** The fields of an answer that git ends by NUL each, as bytes. */
export const fieldsOf = (output: Buffer): readonly Buffer[] =>
  output
    .toString('latin1')
    .split('\0')
    .map((field) => Buffer.from(field, 'latin1'));
