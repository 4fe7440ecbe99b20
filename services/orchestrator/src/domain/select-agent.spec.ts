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
    ['unresponsive', { isUnresponsive: true }],
    ['busy', { running: 1 }],
  ])('does not select an agent that is %s, and says so', (obstacle, changed) => {
    expect(selectAgent([candidate('tester-1', changed)], need)).toEqual({
      reason: `No TESTING agent can take it: 1 ${obstacle}.`,
    });
  });

  it('says that no agent of the type is registered', () => {
    expect(selectAgent([candidate('tester-1', { isRegistered: false })], need).reason).toContain(
      'none is registered',
    );
    expect(selectAgent([candidate('coder-1', { agentType: 'CODING' })], need).chosen).toBeUndefined();
  });

  it('never selects the producer to judge its own change, even if there is no other agent', () => {
    const selection = selectAgent([candidate('tester-1')], { ...need, excluded: ['tester-1'] });
    expect(selection).toEqual({ reason: 'No TESTING agent can take it: 1 made the change itself.' });
  });

  it('prefers an agent that has not lost the task before, and takes that one if there is no other', () => {
    const avoiding: Need = { ...need, avoided: ['tester-1'] };
    const other = selectAgent(
      [candidate('tester-1'), candidate('tester-2', { slots: 5, running: 3 })],
      avoiding,
    );
    expect(other.chosen?.agentId).toBe('tester-2');
    expect(other.reason).toContain('rather than tester-1');
    expect(selectAgent([candidate('tester-1')], avoiding).chosen?.agentId).toBe('tester-1');
  });

  it('prefers the agent with the fewest tasks, then the first by id, in any order of candidates', () => {
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
