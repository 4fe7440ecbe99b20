import type { Role, RouteContract } from '@ymera/contracts';
import type { z } from 'zod';
import { ApiClient, type CallInput } from '../api/api-client';
import { CliError } from '../cli-error';

/** Files with tokens, by the names that a platform started here gives its people. */
export type TokenFiles = Readonly<
  Partial<Record<'admin' | 'requester' | 'approver' | 'viewer', string | undefined>>
>;

const personOf = { operator: 'requester', approver: 'approver', admin: 'admin', viewer: 'viewer' } as const;

/** The gateway client of commands: refuses invalid arguments before they are sent, and adds a suggestion to a missing role. */
export class CheckedClient extends ApiClient {
  constructor(
    url: string,
    token: string,
    private readonly tokenFiles: TokenFiles,
  ) {
    super(url, token);
  }

  override async call<R extends RouteContract>(
    route: R,
    input: CallInput<R> = {},
  ): Promise<z.output<R['response']>> {
    check(route, input);
    return super.call(route, input).catch(this.advise(route));
  }

  override async stream<R extends RouteContract>(
    route: R,
    input: CallInput<R>,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    check(route, input);
    return super.stream(route, input, headers, signal).catch(this.advise(route));
  }

  private readonly advise =
    (route: RouteContract) =>
    (error: unknown): never => {
      if (!(error instanceof CliError) || error.code !== 'not_allowed') throw error;
      throw new CliError(error.code, error.message, error.exitCode, this.wayOn(route), error.retryable);
    };

  private wayOn({ access }: RouteContract): string {
    const roles = access.flatMap((entry): readonly Role[] => (typeof entry === 'object' ? entry.roles : []));
    const file = roles.map((role) => this.tokenFiles[personOf[role]]).find((path) => path !== undefined);
    return `Name another credential with --token-file or YMERA_TOKEN_FILE${file ? `, here: --token-file ${file}` : ''}.`;
  }
}

function check(route: RouteContract, input: { params?: unknown; query?: unknown; body?: unknown }): void {
  const issues = (['params', 'query', 'body'] as const).flatMap(
    (part) => route[part]?.safeParse(input[part]).error?.issues ?? [],
  );
  if (issues.length === 0) return;
  const words = issues.map(({ path, message }) => [...path, message].join(': '));
  throw new CliError('usage', `${words.join('; ')}.`, 2);
}
