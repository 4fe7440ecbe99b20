import { parseArgs } from 'node:util';

export interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly json: boolean;
}

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`--${name} is a whole number from ${least} to ${most}, not "${text}"`);
  return value;
};

/** Without a seed a random one is drawn and printed, so that a failure can be reproduced. */
export function readOptions(args: readonly string[], newSeed: () => number): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    seed: values.seed === undefined ? newSeed() : wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
    json: values.json,
  };
}
