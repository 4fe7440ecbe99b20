import { agentRetired, cancelWorkflow, welcome } from '@ymera/contracts';
import { FakeClock } from './fake-clock';
import { InMemoryUnitOfWork } from './in-memory-unit-of-work';
import { RecordingOutbox } from './recording-outbox';

const messageId = '01936d00-0000-7000-8000-000000000001';
const retired = { aggregateId: 'a-1', aggregateVersion: 2, payload: agentRetired.sample };

const counters = () =>
  new InMemoryUnitOfWork({ counts: new Map<string, number>() }, (state) => ({
    counts: {
      add: async (name: string) => void state.counts.set(name, (state.counts.get(name) ?? 0) + 1),
    },
  }));

describe('InMemoryUnitOfWork', () => {
  it('keeps state, messages and accepted ids of a transaction that succeeds', async () => {
    const unitOfWork = counters();
    await unitOfWork.run(async (tx) => {
      await tx.counts.add('x');
      await tx.outbox.event(agentRetired, retired);
      expect(await tx.inbox.accept('consumer', messageId)).toBe(true);
    });
    expect(unitOfWork.state.counts.get('x')).toBe(1);
    expect(unitOfWork.outbox.payloads(agentRetired)).toEqual([agentRetired.sample]);
    expect(await unitOfWork.run((tx) => tx.inbox.accept('consumer', messageId))).toBe(false);
    expect(await unitOfWork.run((tx) => tx.inbox.accept('another', messageId))).toBe(true);
  });

  it('discards everything of a transaction that throws', async () => {
    const unitOfWork = counters();
    const run = unitOfWork.run(async (tx) => {
      await tx.counts.add('x');
      await tx.outbox.event(agentRetired, retired);
      await tx.inbox.accept('consumer', messageId);
      throw new Error('refused');
    });
    await expect(run).rejects.toThrow('refused');
    expect(unitOfWork.state.counts.size).toBe(0);
    expect(unitOfWork.outbox.messages).toEqual([]);
    expect(await unitOfWork.run((tx) => tx.inbox.accept('consumer', messageId))).toBe(true);
  });

  it('runs transactions serially, so that none is lost', async () => {
    const unitOfWork = counters();
    await Promise.all(Array.from({ length: 10 }, () => unitOfWork.run((tx) => tx.counts.add('x'))));
    expect(unitOfWork.state.counts.get('x')).toBe(10);
  });

  it('refuses a nested transaction instead of waiting forever', async () => {
    const unitOfWork = counters();
    await expect(unitOfWork.run(() => unitOfWork.run(async () => undefined))).rejects.toThrow('inside of');
  });
});

describe('RecordingOutbox', () => {
  it('records messages and their receivers, in order', async () => {
    const outbox = new RecordingOutbox();
    await outbox.command(cancelWorkflow, cancelWorkflow.sample);
    await outbox.toAgent(welcome, 'runner-1', welcome.sample);
    expect(outbox.messages.map(({ contract, principalId }) => [contract.name, principalId])).toEqual([
      ['orchestrator.cancel_workflow', undefined],
      ['welcome', 'runner-1'],
    ]);
  });

  it('refuses a payload that breaks its contract', async () => {
    const broken = { ...agentRetired.sample, agent_id: '' };
    await expect(
      new RecordingOutbox().event(agentRetired, { ...retired, payload: broken }),
    ).rejects.toMatchObject({ failure: { code: 'payload_invalid' } });
  });
});

describe('FakeClock', () => {
  it('does not move by itself', () => {
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    clock.advance(1500);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:01.500Z');
  });
});
