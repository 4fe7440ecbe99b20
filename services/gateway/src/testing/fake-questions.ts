import { queries, type QueryContract } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { z } from 'zod';
import type { Questions } from '../adapters/http/route-handler';

/** Services that answer every query with the sample of its contract, and reject payloads that violate it. */
export class FakeQuestions implements Questions {
  readonly asked: { readonly key: string; readonly payload: unknown }[] = [];
  readonly #answers = new Map<string, Result<unknown>>(
    queries.map(({ key, replySample }) => [key, ok(replySample)]),
  );

  answerWith(contract: QueryContract, answer: Result<unknown>): void {
    this.#answers.set(contract.key, answer);
  }

  async ask<Payload extends z.ZodType, Reply extends z.ZodType>(
    contract: QueryContract<Payload, Reply>,
    payload: unknown,
  ): Promise<Result<z.output<Reply>>> {
    this.asked.push({ key: contract.key, payload: contract.payload.parse(payload) });
    return (this.#answers.get(contract.key) ?? ok(contract.replySample)) as Result<z.output<Reply>>;
  }
}
