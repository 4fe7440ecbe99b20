import { openApiDocument } from '@ymera/contracts';
import fc from 'fast-check';
import {
  type Caller,
  type GeneratedRequest,
  type Operation,
  operationsOf,
  requestOf,
} from './generated-request';
import { HttpClient } from './http-client';
import { type Fault, judge } from './judge';
import { SeenValues } from './known-values';

export interface FuzzTarget {
  readonly url: string;
  /** By role: `viewer`, `requester`, `approver`, `admin`. */
  readonly tokens: Readonly<Record<string, string>>;
  /** A repository that may be registered as a project. */
  readonly repository: string;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Operations to leave out, by id. */
  readonly without?: readonly string[];
}

interface FuzzFinding extends Fault {
  readonly operation: string;
  /** The request, so that it can be repeated. */
  readonly request: string;
}

export interface FuzzResult {
  readonly seed: number;
  readonly requests: number;
  readonly server_errors: number;
  readonly undocumented: number;
  readonly leaks: number;
  /** Number of successful answers of each operation: 0 means that only its refusals were tested. */
  readonly succeeded: Readonly<Record<string, number>>;
  readonly findings: readonly FuzzFinding[];
}

export const isClean = ({ server_errors, undocumented, leaks }: FuzzResult): boolean =>
  server_errors + undocumented + leaks === 0;

const workers = 6;
const perOperation = 4;
const maxFindings = 100;
/** The gateway refuses an address after 30 forged credentials a minute without a check, and so would all others be. */
const maxForged = 15;

/** The roles of the operators. */
const operatorOf: Readonly<Record<string, string>> = {
  viewer: 'viewer',
  operator: 'requester',
  approver: 'approver',
  admin: 'admin',
};

class Fuzz {
  readonly #seen = new SeenValues();
  readonly #client: HttpClient;
  readonly #operations: readonly Operation[];
  readonly #succeeded: Record<string, number>;
  readonly #findings: FuzzFinding[] = [];
  readonly #counts = { server_error: 0, undocumented: 0, leak: 0 };
  #requests = 0;
  #forged = 0;
  #turn = 0;

  constructor(
    private readonly target: FuzzTarget,
    private readonly options: FuzzOptions,
  ) {
    this.#client = new HttpClient(target.url);
    const without = new Set(options.without);
    this.#operations = operationsOf(openApiDocument()).filter(({ operationId }) => !without.has(operationId));
    this.#succeeded = Object.fromEntries(this.#operations.map(({ operationId }) => [operationId, 0]));
    this.#seen.add('source', target.repository);
    this.#seen.add('branch', 'main');
    this.#seen.add('reason', 'It was generated.');
    for (const text of ['Fix the wrong sum', 'Add tests for sum', 'Run the tests', 'What?', 'Land it'])
      this.#seen.add('text', text);
  }

  async run(): Promise<FuzzResult> {
    const deadline = performance.now() + this.options.seconds * 1000;
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(deadline)));
    } finally {
      this.#client.close();
    }
    const { server_error, undocumented, leak } = this.#counts;
    return {
      seed: this.options.seed,
      requests: this.#requests,
      server_errors: server_error,
      undocumented,
      leaks: leak,
      succeeded: this.#succeeded,
      findings: this.#findings,
    };
  }

  async #work(deadline: number): Promise<void> {
    while (performance.now() < deadline) {
      const turn = this.#turn;
      this.#turn += 1;
      const operation = this.#operations[turn % this.#operations.length];
      if (!operation) return;
      const seed = (this.options.seed + turn) | 0;
      for (const request of fc.sample(requestOf(operation, this.#seen), { numRuns: perOperation, seed })) {
        if (performance.now() >= deadline) return;
        await this.#try(request);
      }
    }
  }

  async #try(request: GeneratedRequest): Promise<void> {
    const token = this.#tokenOf(request.operation, request.as);
    this.#requests += 1;
    try {
      const reply = await this.#client.send(request, token);
      for (const fault of judge(request, reply)) this.#note(request, fault);
      if (reply.status >= 300) return;
      this.#succeeded[request.operation.operationId] =
        (this.#succeeded[request.operation.operationId] ?? 0) + 1;
      if (reply.contentType.startsWith('application/json')) this.#seen.learn(JSON.parse(reply.body));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#note(request, { kind: 'server_error', what: `no answer: ${why}` });
    }
  }

  #note(request: GeneratedRequest, fault: Fault): void {
    this.#counts[fault.kind] += 1;
    if (this.#findings.length >= maxFindings) return;
    const { operation, method, target, headers, body, as } = request;
    const sent = { method, target: target.slice(0, 500), headers, body: body?.toString().slice(0, 500), as };
    this.#findings.push({ ...fault, operation: operation.operationId, request: JSON.stringify(sent) });
  }

  #tokenOf({ security }: Operation, as: Caller): string | undefined {
    const pick = <T>(from: readonly T[]): T | undefined => from[this.#requests % Math.max(1, from.length)];
    if (as === 'anonymous') return undefined;
    if (as === 'forged' && this.#forged < maxForged) {
      this.#forged += 1;
      return `ymo_${this.#forged}_forged`;
    }
    if (as === 'another') return pick(Object.values(this.target.tokens));
    const [scheme = '', roles = []] = Object.entries(pick(security) ?? {})[0] ?? [];
    if (scheme === 'enrolment') return this.#seen.of('enrolment_token').at(-1);
    if (scheme === 'principal') return this.#seen.of('credential').at(-1);
    return this.target.tokens[operatorOf[pick(roles) ?? 'admin'] ?? 'admin'];
  }
}

/** Requests from the OpenAPI document against a running platform, until the time is over. */
export const runFuzz = (target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> =>
  new Fuzz(target, options).run();
