import type { FastifyInstance } from 'fastify';

interface Declared {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** `/things/:thing_id` as an expression that matches its paths. */
const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : escaped(part)))
      .join('/')}$`,
  );

/** The methods of each address: distinguishes a wrong method (405) from an unknown address (404). */
export class DeclaredMethods {
  readonly #declared = new Map<string, Declared>();

  /** Before the first route is added. */
  constructor(fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ method, url }) => {
      const declared = this.#declared.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const each of [method].flat()) declared.methods.add(each);
      this.#declared.set(url, declared);
    });
  }

  at(path: string): string[] {
    const matching = [...this.#declared.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  }
}
