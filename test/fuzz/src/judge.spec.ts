import { openApiDocument } from '@ymera/contracts';
import { type GeneratedRequest, operationsOf } from './generated-request';
import { judge, type Reply } from './judge';

const operation = operationsOf(openApiDocument()).find(({ operationId }) => operationId === 'getAgent');

describe('judge', () => {
  const asked = (method = 'GET'): GeneratedRequest => {
    if (!operation) throw new Error('no such operation');
    return { operation, method, target: '/api/v1/agents/a', headers: {}, body: undefined, as: 'allowed' };
  };
  const refusal = (status: number, code: string, detail = 'No.', told = status): Reply => ({
    status,
    contentType: 'application/problem+json; charset=utf-8',
    body: JSON.stringify({ type: 'x', title: 'x', status: told, detail, code, retryable: false }),
  });
  const kinds = (reply: Reply, method?: string): string[] =>
    judge(asked(method), reply).map(({ kind }) => kind);

  it.each([
    ['a refusal that is documented', refusal(404, 'agent_not_found')],
    ['an address that is not there', refusal(404, 'route_not_found')],
    ['a service that is away', refusal(503, 'service_unavailable')],
    ['an answer that takes too long', refusal(504, 'query_timeout')],
  ])('accepts %s', (_what, reply) => {
    expect(kinds(reply)).toEqual([]);
  });

  it.each([
    ['an internal error', refusal(500, 'internal'), 'server_error'],
    ['a bad gateway', { status: 502, contentType: 'text/html', body: '' }, 'server_error'],
    ['503 with a code that is not documented', refusal(503, 'oops'), 'undocumented'],
    ['a code that is not documented', refusal(404, 'request_not_found'), 'undocumented'],
    ['a code under another status', refusal(409, 'agent_not_found'), 'undocumented'],
    ['a status that is not documented', refusal(418, 'agent_not_found'), 'undocumented'],
    ['a status that contradicts the body', refusal(404, 'agent_not_found', 'No.', 400), 'undocumented'],
    ['a refusal that is no problem', { status: 404, contentType: 'text/html', body: '<h1>' }, 'undocumented'],
    [
      'an answer of another shape',
      { status: 200, contentType: 'application/json', body: '{}' },
      'undocumented',
    ],
    ['another success', { status: 204, contentType: '', body: '' }, 'undocumented'],
    ['a stack', refusal(404, 'agent_not_found', 'at f (/x/y.js:1:2)'), 'leak'],
    ['SQL', refusal(404, 'agent_not_found', 'SELECT a FROM agents'), 'leak'],
    ['an address of a server', refusal(404, 'agent_not_found', 'amqp://svc:secret@x'), 'leak'],
  ])('finds %s', (_what, reply, kind) => {
    expect(kinds(reply)).toEqual([kind]);
  });

  it('reports an undeclared method that is answered', () => {
    expect(kinds({ status: 200, contentType: 'application/json', body: '{}' }, 'DELETE')).toEqual([
      'undocumented',
    ]);
    expect(kinds(refusal(405, 'method_not_allowed'), 'DELETE')).toEqual([]);
  });
});
