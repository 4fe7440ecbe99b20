import fc from 'fast-check';
import { selectAgent, type Candidate, type Need } from './select-agent';

const need: Need = { agentType: 'TESTING', excluded: [], avoided: [] };

const candidate = (agentId: string, changed: Partial<Candidate> = {}): Candidate => ({
  agentId,
  agentType: 'TESTING',
  principalId: `${agentId}-principal`,
  credentialEpoch: 1,
  isRegistered: true,
  liveness: 'online',
  enforcement: 'none',
  isUnresponsive: false,
  running: 0,
  slots: 1,
  ...changed,
});

// Mission: C5, D6
describe('selectAgent', () => {
  it.each<[string, Partial<Candidate>]>([
    ['offline', { liveness: 'offline' }],
    ['late', { liveness: 'late' }],
    ['suspended', { enforcement: 'suspended' }],
    ['silent', { isUnresponsive: true }],
    ['busy', { running: 1 }],
  ])('does not give work to an agent that is %s, and says so', (obstacle, changed) => {
    expect(selectAgent([candidate('tester-1', changed)], need)).toEqual({
      reason: `No TESTING agent can take it: 1 ${obstacle}.`,
    });
  });

  it('knows when there is nobody', () => {
    expect(selectAgent([candidate('tester-1', { isRegistered: false })], need).reason).toContain(
      'none is registered',
    );
    expect(selectAgent([candidate('coder-1', { agentType: 'CODING' })], need).chosen).toBeUndefined();
  });

  it('never asks the producer to judge its own change, even when nobody else is there', () => {
    const selection = selectAgent([candidate('tester-1')], { ...need, excluded: ['tester-1'] });
    expect(selection).toEqual({ reason: 'No TESTING agent can take it: 1 made the change itself.' });
  });

  it('prefers one that has not lost it before, and takes that one when there is nobody else', () => {
    const avoiding: Need = { ...need, avoided: ['tester-1'] };
    const other = selectAgent(
      [candidate('tester-1'), candidate('tester-2', { slots: 5, running: 3 })],
      avoiding,
    );
    expect(other.chosen?.agentId).toBe('tester-2');
    expect(other.reason).toContain('rather than tester-1');
    expect(selectAgent([candidate('tester-1')], avoiding).chosen?.agentId).toBe('tester-1');
  });

  it('prefers the one that holds the least, then the first by id, in whatever order they are given', () => {
    const fleet = [
      candidate('tester-3', { slots: 4, running: 1 }),
      candidate('tester-2', { slots: 4 }),
      candidate('tester-1', { slots: 4, running: 2 }),
      candidate('tester-4', { slots: 4 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(fleet, { minLength: 4, maxLength: 4 }), (shuffled) => {
        expect(selectAgent(shuffled, need).chosen?.agentId).toBe('tester-2');
      }),
    );
  });
});
