import { Controller, Get, type Type } from '@nestjs/common';
import { getControlsRoute, listAlertsRoute, roles, routes, type RouteContract } from '@ymera/contracts';
import { ok } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import type { Caller } from '../../domain/caller';
import { startTestGateway, tokens, type TestGateway } from '../../testing/test-gateway';
import { AccessGuard } from './access.guard';
import { bindings } from './bindings';
import { RequestLimits } from './request-limits';

const credentials = { ...tokens, anonymous: undefined, stranger: 'ymo_9_unknown' } as const;
type Who = keyof typeof credentials;

const isAdmitted = (route: RouteContract, who: Who): boolean =>
  route.access.some((access) => {
    if (access === 'public') return true;
    if (access === 'any_principal') return who === 'principal' || who === 'frozen';
    if (typeof access === 'string') return access === who;
    return access.roles.some((role) => role === who);
  });

const cases = routes.flatMap((route) =>
  (Object.keys(credentials) as Who[]).map((who) => ({ route, who, operation: route.operation })),
);

// Mission: F1
describe('access to every route by every kind of caller', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.app.close());

  it.each(cases)('$operation: $who', async ({ route, who }) => {
    gateway.questions.asked.splice(0);
    const token = credentials[who];
    const answer = await gateway.app.inject({
      method: route.method,
      // An id that no request has: a stream that is admitted ends with 404 instead of staying open.
      url: route.path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000404'),
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
      ...(route.body ? { payload: '{}' } : {}),
    });
    if (isAdmitted(route, who)) {
      expect([401, 403]).not.toContain(answer.statusCode);
    } else {
      expect(answer.statusCode).toBe(who === 'anonymous' || who === 'stranger' ? 401 : 403);
      expect(gateway.questions.asked).toEqual([]);
    }
  });

  it('tells a sanctioned principal its status and when to retry', async () => {
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/agents/register',
      headers: { authorization: `Bearer ${tokens.frozen}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect([answer.statusCode, answer.headers['retry-after'], answer.json()]).toEqual([
      403,
      '300',
      expect.objectContaining({
        code: 'principal_frozen',
        detail: 'This principal is frozen.',
        suggestion: 'GET /api/v1/me/status tells the reason and when to retry.',
        retryable: true,
      }),
    ]);
  });

  it('tells a caller without a credential how to send one', async () => {
    const answer = await gateway.app.inject({ method: 'GET', url: '/api/v1/agents' });
    expect(answer.json()).toMatchObject({
      code: 'credential_missing',
      detail: 'This route requires a credential.',
      suggestion: 'Send "Authorization: Bearer <token>".',
    });
  });

  it('tells a person which role the route requires', async () => {
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/approvals/00000000-0000-7000-8000-000000000404/decision',
      headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect(answer.json()).toMatchObject({
      code: 'not_allowed',
      detail: 'Requires role approver; your credential has admin.',
    });
  });

  it('has a handler for every route: a binding, a stream, or one of its own', () => {
    const bound = bindings.map(({ route }) => route.operation);
    const streaming = routes.filter(({ produces }) => produces === 'text/event-stream');
    const own = [getControlsRoute.operation, listAlertsRoute.operation];
    expect([...bound, ...own, ...streaming.map(({ operation }) => operation)].sort()).toEqual(
      routes.map(({ operation }) => operation).sort(),
    );
    expect(new Set(roles).size).toBe(4);
  });

  describe('a handler without declared access', () => {
    @Controller()
    class Forgotten {
      @Get('forgotten')
      forgotten(): object {
        return {};
      }
    }
    const refusalOf = (caller: Caller) =>
      new AccessGuard(
        { execute: async () => ok(caller) },
        new RequestLimits({ requestsPerSecond: 0, refusedCredentialsPerMinute: 1 }),
      ).canActivate({
        getHandler: () => (Forgotten as Type<Forgotten>).prototype.forgotten,
        switchToHttp: () => ({
          getRequest: () => ({ raw: {}, ip: '1', headers: {} }),
        }),
      } as never);

    it('refuses every caller', async () => {
      const refused = refusalOf({ kind: 'operator', name: 'root', roles });
      await expect(refused).rejects.toMatchObject({ failure: { kind: 'forbidden' } });
    });

    it('tells a retired principal not to retry', async () => {
      const denied = { status: 'retired', retry_after_s: null } as const;
      const refused = refusalOf({ kind: 'principal', principalId: 'runner-3', denied });
      await expect(refused).rejects.toMatchObject({
        failure: { code: 'principal_retired', message: 'This principal is retired.', retryable: false },
      });
    });
  });
});
leakGuard();
