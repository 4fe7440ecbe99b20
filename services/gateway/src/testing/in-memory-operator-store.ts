import type { OperatorStore, OperatorToken } from '../application/ports';

export class InMemoryOperatorStore implements OperatorStore {
  #tokens: readonly OperatorToken[];
  /** Number of look-ups. */
  lookups = 0;

  constructor(tokens: readonly OperatorToken[] = []) {
    this.#tokens = tokens;
  }

  async findByToken(tokenSha256: string): Promise<OperatorToken | undefined> {
    this.lookups += 1;
    return this.#tokens.find((token) => token.tokenSha256 === tokenSha256);
  }

  async replaceBootstrapped(tokens: readonly OperatorToken[]): Promise<void> {
    this.#tokens = tokens;
  }
}
