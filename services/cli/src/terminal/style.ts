import { createColors } from 'picocolors';

/** Colours of one stream: off for pipes, and when the environment disables them. */
export type Style = ReturnType<typeof createColors>;

export function styleFor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Style {
  const isOff = Boolean(environment['NO_COLOR']) || environment['TERM'] === 'dumb';
  return createColors(!isOff && (stream.isTTY || Boolean(environment['FORCE_COLOR'])));
}
