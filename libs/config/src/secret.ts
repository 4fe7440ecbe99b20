import { inspect } from 'node:util';
import { z } from 'zod';

const hidden = '[redacted]';

/** A value that prints as `[redacted]` wherever it is logged, serialised or inspected. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; call it only where it is used. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

/**
 * A variable that holds a secret, or an address with a password in it. It has no default. `NAME_FILE` may name a file
 * with the value instead, as Docker and Kubernetes mount secrets.
 */
export const secret = () =>
  z
    .string()
    .min(1)
    .transform((value) => new Secret(value));
