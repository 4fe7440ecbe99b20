import type { KnownValues } from './schema-values';

/** Few, so that two of one request often belong together: an approval and the digest of its subject. */
const kept = 6;
/** Members of answers whose values other requests take. */
const isReference = (name: string): boolean =>
  /_id$/.test(name) || ['subject_digest', 'enrolment_token', 'credential'].includes(name);

/** Values from answers, newest last, so that generated requests are about existing objects. */
export class SeenValues implements KnownValues {
  readonly #values = new Map<string, Set<string>>();

  of(name: string): readonly string[] {
    return [...(this.#values.get(name) ?? [])];
  }

  add(name: string, value: string): void {
    const values = this.#values.get(name) ?? new Set();
    values.delete(value);
    values.add(value);
    const [oldest] = values;
    if (values.size > kept && oldest !== undefined) values.delete(oldest);
    this.#values.set(name, values);
  }

  /** Also cursors, which lists of every kind accept: those of another list must be refused. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'string') {
        if (isReference(name)) this.add(name, value);
        if (name === 'next_cursor') this.add('cursor', value);
      } else this.learn(value);
    }
  }
}
