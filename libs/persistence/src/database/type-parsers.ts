import { types, type CustomTypesConfig } from 'pg';

const int8 = 20;
const date = 1082;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

/**
 * `bigint` (and `count(*)`) as a number, refused beyond 2^53; `date` as its text, because pg would turn it into a
 * midnight of the process's time zone. Everything else as pg does: `timestamptz` is a Date, `numeric` a string.
 */
export const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === int8) return safeInteger;
    if (oid === date) return (text: string) => text;
    return types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};
