import { posix } from 'node:path';
import { builtinModules } from 'node:module';
import { popularPackages } from './popular-packages';

const known: ReadonlySet<string> = new Set([...popularPackages, ...builtinModules]);
const letters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '5': 's',
  '7': 't',
  '@': 'a',
};

/** The package that a name resembles: popular, or already used by the project; undefined for an honest name. */
export function lookalikeOf(name: string, used: ReadonlySet<string>): string | undefined {
  if (known.has(name) || used.has(name)) return undefined;
  const all = [...used, ...known];
  const plain = (text: string) =>
    text.replaceAll(/[-_.]/g, '').replaceAll(/[0-9@]/g, (sign) => letters[sign] ?? sign);
  return all.find(
    (other) =>
      other !== name &&
      other.length > 3 &&
      (plain(other) === plain(name) ||
        (Math.min(name.length, other.length) > 4 && distance(name, other) === 1)),
  );
}

/** A module of the project with a nearly identical name. */
export function isLookalikePath(one: string, other: string): boolean {
  if (one === other || posix.dirname(one) !== posix.dirname(other)) return false;
  const base = (path: string) => posix.basename(path).replace(/\.[^.]+$/, '');
  const [left, right] = [base(one), base(other)];
  return (
    left.toLowerCase() === right.toLowerCase() ||
    (Math.min(left.length, right.length) > 2 && distance(left, right) === 1)
  );
}

/** Letters that look like Latin ones, and characters that change the direction of the text. */
export const hasDeceivingSigns = (text: string): boolean =>
  /[\u202A-\u202E\u2066-\u2069]|[\u0400-\u04FF\u0370-\u03FF](?=[A-Za-z_])|(?<=[A-Za-z_])[\u0400-\u04FF\u0370-\u03FF]/.test(
    text,
  );

/** The edit distance by insertion, deletion, replacement or transposition. Returns 2 for all distances above 1. */
function distance(one: string, other: string): number {
  if (one === other) return 0;
  if (Math.abs(one.length - other.length) > 1) return 2;
  let start = 0;
  while (one[start] === other[start]) start += 1;
  const [left, right] = [one.slice(start), other.slice(start)];
  if (left.slice(1) === right.slice(1) || left.slice(1) === right || left === right.slice(1)) return 1;
  return left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2) ? 1 : 2;
}
