import { codeOf, registryFixture, valueOf } from '../testing/in-memory-registry-fixture';

describe('EnrolPrincipal', () => {
  it('creates a credential that authenticates, a queue, and one event', async () => {
    const fixture = registryFixture();
    const answer = await fixture.enrolled('runner-1');
    expect(answer).toMatchObject({
      principal_id: 'runner-1',
      expires_at: '2026-01-02T00:00:00.000Z',
      broker: { url: 'amqp://127.0.0.1:5672', vhost: '/agents', queue: 'agent.runner-1' },
    });
    expect(valueOf(await fixture.authenticate.execute({ credential: answer.credential }))).toEqual({
      principal_id: 'runner-1',
    });
    expect(fixture.queues.queues).toEqual(new Set(['runner-1']));
    expect(fixture.events()).toEqual(['registry.enrolment.created', 'registry.principal.enrolled']);
  });

  it('stores no secret', async () => {
    const fixture = registryFixture();
    const token = await fixture.token('principal');
    const { credential } = await fixture.enrolled('runner-1');
    const stored = JSON.stringify(
      [...Object.values(fixture.registry.unitOfWork.state)].map((map) => [...map]),
    );
    for (const shown of [token, credential]) expect(stored).not.toContain(shown.slice(-64));
  });

  it('spends the token: it works once, for its own kind, until it expires', async () => {
    const fixture = registryFixture();
    const token = await fixture.token('principal');
    const enrol = (enrolment_token: string, principal_id: string) =>
      fixture.enrol.execute({ enrolment_token, principal_id });
    expect(codeOf(await enrol(token, 'runner-1'))).toBe('ok');
    expect(codeOf(await enrol(token, 'runner-1'))).toBe('enrolment_invalid');
    expect(codeOf(await enrol(token, 'runner-2'))).toBe('enrolment_invalid');
    expect(codeOf(await enrol(await fixture.token('agent'), 'runner-2'))).toBe('enrolment_invalid');
    expect(codeOf(await enrol('yme_0_example', 'runner-2'))).toBe('enrolment_invalid');
    const late = await fixture.token('principal');
    fixture.clock.advance(3_600_000);
    expect(codeOf(await enrol(late, 'runner-2'))).toBe('enrolment_invalid');
  });

  it('does not spend the token when the name is taken, reserved or too long', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    const token = await fixture.token('principal');
    const enrol = (principal_id: string) => fixture.enrol.execute({ enrolment_token: token, principal_id });
    expect(codeOf(await enrol('runner-1'))).toBe('principal_exists');
    expect(codeOf(await enrol('svc-registry'))).toBe('principal_id_unusable');
    expect(codeOf(await enrol('x'.repeat(250)))).toBe('principal_id_unusable');
    expect(codeOf(await enrol('runner-2'))).toBe('ok');
  });

  it('answers while the broker is unavailable; the periodic job declares the queue later', async () => {
    const fixture = registryFixture();
    fixture.queues.isUnavailable = true;
    await fixture.enrolled('runner-1');
    expect(fixture.metrics.provisioningFailures).toBe(1);
    await fixture.provisioning.runPass();
    fixture.queues.isUnavailable = false;
    await fixture.provisioning.runPass();
    expect(fixture.queues.queues).toEqual(new Set(['runner-1']));
    expect(await fixture.registry.unprovisioned(10)).toEqual([]);
  });

  it('lets only administrators create tokens', async () => {
    const fixture = registryFixture();
    const made = await fixture.createEnrolment.execute({
      kind: 'agent',
      valid_s: 60,
      created_by: { name: 'ada', roles: ['operator', 'approver'] },
    });
    expect(codeOf(made)).toBe('admin_required');
  });
});
