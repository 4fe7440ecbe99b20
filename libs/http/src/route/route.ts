import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { RouteContract } from '@ymera/contracts';
import { FailureException } from '@ymera/kernel';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { textFailure } from '../problem/text-failure';
import { validationFailure } from '../problem/validation-failure';
import { AllowAccess } from './access';

const routeKey = 'ymera:route';

type Parsed<Schema> = [NonNullable<Schema>] extends [never] ? undefined : z.output<NonNullable<Schema>>;

/**
 * The input of a handler of this route: parsed, with defaults filled in. Parts that the contract omits are undefined.
 */
export interface RouteInput<Route extends RouteContract = RouteContract> {
  readonly params: Parsed<Route['params']>;
  readonly query: Parsed<Route['query']>;
  readonly body: Parsed<Route['body']>;
}

/** `/agents/{agent_id}` in the router's syntax. */
const routerPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Method, path, status and access of a controller's method, from its contract. Its input comes by `@Input()`. */
export const Route = (contract: RouteContract): MethodDecorator =>
  applyDecorators(
    RequestMapping({ path: routerPath(contract.path), method: RequestMethod[contract.method] }),
    HttpCode(contract.status),
    AllowAccess(...contract.access),
    SetMetadata(routeKey, contract),
  );

export const routeOf = (handler: object): RouteContract | undefined =>
  Reflect.getMetadata(routeKey, handler) as RouteContract | undefined;

/** Checks all three parts and reports every problem at once; text that cannot be stored is refused first. */
export function parseInput<Contract extends RouteContract>(
  contract: Contract,
  request: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): RouteInput<Contract> {
  const unstorable = textFailure(request);
  if (unstorable) throw new FailureException(unstorable);
  const problems: { part: string; error: z.ZodError }[] = [];
  const parse = (part: 'params' | 'query' | 'body', schema: z.ZodType | undefined): unknown => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(part === 'body' ? request.body : (request[part] ?? {}));
    if (parsed.success) return parsed.data;
    problems.push({ part, error: parsed.error });
    return undefined;
  };
  const input = {
    params: parse('params', contract.params),
    query: parse('query', contract.query),
    body: parse('body', contract.body),
  };
  if (problems.length > 0) throw new FailureException(validationFailure(problems));
  return input as RouteInput<Contract>;
}

/** The parameter of a `@Route` handler, typed `RouteInput<typeof contract>`. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const contract = routeOf(context.getHandler());
  if (!contract) throw new TypeError('@Input() needs @Route() on the same method');
  return parseInput(contract, context.switchToHttp().getRequest<FastifyRequest>());
});
