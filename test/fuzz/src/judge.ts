import { problem, routes } from '@ymera/contracts';
import type { GeneratedRequest } from './generated-request';

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

type FaultKind = 'server_error' | 'undocumented' | 'leak';

export interface Fault {
  readonly kind: FaultKind;
  readonly what: string;
}

/** Codes that any path may answer with, whatever the operation. */
const addressCodes = new Set(['route_not_found', 'method_not_allowed', 'malformed_request', 'path_too_long']);

/** Internals that must not appear in an error. */
const internals =
  /\bat .{1,200}:\d+:\d+|node_modules|\/dist\/|\bFST_|\bE(?:CONN|NOENT|ACCES)\w*|QueryFailed|ZodError|postgres(?:ql)?:|amqps?:\/\/|\bsyntax error\b|\binvalid input syntax\b|\brelation "|\bSELECT .* FROM\b|\bcolumn "/;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Documented codes of a status of this operation; undefined: the status is not documented. */
function documentedCodes({ operation }: GeneratedRequest, status: number): ReadonlySet<string> | undefined {
  const answer = operation.responses[String(status)];
  if (answer === undefined) return undefined;
  return new Set([...JSON.stringify(answer).matchAll(/"([a-z0-9_]+)"/g)].map(([, word = '']) => word));
}

function judgeProblem(request: GeneratedRequest, { status, contentType, body }: Reply): Fault[] {
  const told = problem.safeParse(parsed(body));
  if (!told.success || !contentType.startsWith('application/problem+json'))
    return [
      { kind: 'undocumented', what: `a refusal with ${status} that is no problem+json: ${contentType}` },
    ];
  const { code, instance: _instance, ...said } = told.data;
  const faults: Fault[] = [];
  const isDeclared = request.method === request.operation.method;
  if (told.data.status !== status)
    faults.push({ kind: 'undocumented', what: `status ${status} says that it is ${told.data.status}` });
  if (internals.test(JSON.stringify(said)))
    faults.push({ kind: 'leak', what: `${code} tells how the platform is made: ${JSON.stringify(said)}` });
  const codes = documentedCodes(request, status);
  if (isDeclared && !codes?.has(code) && !addressCodes.has(code))
    faults.push({
      kind: 'undocumented',
      what: `${status} ${code} is not in the document: ${told.data.detail}`,
    });
  return faults;
}

function judgeAnswer({ operation }: GeneratedRequest, { status, contentType, body }: Reply): Fault[] {
  const route = routes.find((each) => each.operation === operation.operationId);
  if (route?.status !== status)
    return [{ kind: 'undocumented', what: `status ${status} is not in the document` }];
  const produces = route.produces ?? 'application/json';
  if (!contentType.startsWith(produces))
    return [{ kind: 'undocumented', what: `${contentType} is not in the document` }];
  if (produces !== 'application/json') return [];
  const answer = route.response.safeParse(parsed(body));
  if (answer.success) return [];
  const why = answer.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).slice(0, 3);
  return [{ kind: 'undocumented', what: `the answer has not the shape that is promised: ${why.join('; ')}` }];
}

/** The fault of an answer, if any: every answer must be documented and no internal error. */
export function judge(request: GeneratedRequest, reply: Reply): readonly Fault[] {
  const { status } = reply;
  if (status < 400)
    return request.method === request.operation.method ? judgeAnswer(request, reply) : unexpected(reply);
  // 503 and 504 are documented, each with its code: the service may be available later.
  if (status >= 500 && status !== 503 && status !== 504)
    return [{ kind: 'server_error', what: `${status}: ${reply.body.slice(0, 500)}` }];
  return judgeProblem(request, reply);
}

const unexpected = ({ status }: Reply): Fault[] => [
  { kind: 'undocumented', what: `a method that the document does not have is answered with ${status}` },
];
