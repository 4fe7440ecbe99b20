import { deflateSync } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** git's base 85: lines of at most 52 bytes, each prefixed with its length as a letter. */
function base85(data: Buffer): string {
  const lines: string[] = [];
  for (let start = 0; start < data.length; start += 52) {
    const line = data.subarray(start, start + 52);
    const length = line.length;
    const letter = length <= 26 ? String.fromCharCode(64 + length) : String.fromCharCode(70 + length);
    const padded = Buffer.concat([line, Buffer.alloc((4 - (length % 4)) % 4)]);
    let text = '';
    for (let index = 0; index < padded.length; index += 4) {
      let value = padded.readUInt32BE(index);
      const digits: string[] = [];
      for (let digit = 0; digit < 5; digit += 1) {
        digits.unshift(alphabet.charAt(value % 85));
        value = Math.floor(value / 85);
      }
      text += digits.join('');
    }
    lines.push(`${letter}${text}`);
  }
  return lines.join('\n');
}

/** A patch that makes `path` out of a binary hunk; `header` is `literal <size>` or `delta <size>`. */
export function binaryPatch(path: string, header: string, data: Buffer, index?: string): string {
  const intro =
    index === undefined
      ? `diff --git a/${path} b/${path}\nnew file mode 100644\nindex ${'0'.repeat(40)}..${'1'.repeat(40)}\n`
      : `diff --git a/${path} b/${path}\nindex ${index}..${'1'.repeat(40)} 100644\n`;
  return `${intro}GIT binary patch\n${header}\n${base85(deflateSync(data))}\n\n`;
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];

/** A delta that copies the first MiB of `path` again and again: `copies` MiB out of a few kilobytes. */
export function deltaBomb(path: string, oid: string, size: number, copies: number): string {
  const chunk = 1 << 20;
  // Copy from offset 0: one size byte, the third, holds 0x10 << 16.
  const copy = Buffer.from([0x80 | 0x40, chunk >> 16]);
  const delta = Buffer.concat([
    Buffer.from([...varint(size), ...varint(chunk * copies)]),
    ...Array.from({ length: copies }, () => copy),
  ]);
  return binaryPatch(path, `delta ${delta.length}`, delta, oid);
}
