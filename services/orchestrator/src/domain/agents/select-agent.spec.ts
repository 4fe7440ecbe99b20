import fc from 'fast-check';
import { selectAgent, type Candidate, type Need } from './select-agent';

const need: Need = { agentType: 'TESTING', excluded: [], failed: [], avoided: [] };

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
  assignedAt: undefined,
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
      isExhausted: false,
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
    expect(selection).toEqual({
      isExhausted: false,
      reason: 'No TESTING agent can take it: 1 made the change itself.',
    });
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

  it('prefers the one that holds the least, then the one idle for longest, then the first by id, in any order', () => {
    const fleet = [
      candidate('-a', { slots: 4, assignedAt: 30 }),
      candidate('tester-3', { slots: 4, running: 1 }),
      candidate('tester-2', { slots: 4, assignedAt: 20 }),
      candidate('tester-1', { slots: 4, running: 2 }),
      candidate('tester-4', { slots: 4, assignedAt: 20 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(fleet, { minLength: 5, maxLength: 5 }), (shuffled) => {
        expect(selectAgent(shuffled, need).chosen?.agentId).toBe('tester-2');
      }),
    );
  });

  it('prefers an agent that was never given work to one that was', () => {
    const fleet = [candidate('-a', { assignedAt: 1 }), candidate('tester-1')];
    expect(selectAgent(fleet, need).chosen?.agentId).toBe('tester-1');
  });

  it('gives sequential work to agents of the same load in turn, whatever their names', () => {
    const given = new Map<string, number>([
      ['-a', 0],
      ['tester-1', 0],
      ['tester-2', 0],
    ]);
    for (let time = 1; time <= 9; time += 1) {
      const fleet = [...given].map(([agentId, at]) => candidate(agentId, { assignedAt: at || undefined }));
      const { chosen } = selectAgent(fleet, need);
      given.set(chosen?.agentId ?? '', time);
    }
    expect([...given.values()]).toEqual([7, 8, 9]);
  });

  describe('after agents have failed the step', () => {
    const failing: Need = { ...need, failed: ['tester-1'], avoided: ['tester-1'] };

    it('gives it to another agent, also to one with more to do', () => {
      const fleet = [candidate('tester-1'), candidate('tester-2', { slots: 5, running: 3 })];
      expect(selectAgent(fleet, failing).chosen?.agentId).toBe('tester-2');
    });

    it.each<[string, Partial<Candidate>]>([
      ['busy', { running: 1 }],
      ['late', { liveness: 'late' }],
      ['silent', { isUnresponsive: true }],
      ['warned', { enforcement: 'warned' }],
    ])('waits for another agent that is %s', (_, changed) => {
      const selection = selectAgent([candidate('tester-1'), candidate('tester-2', changed)], failing);
      expect(selection).toMatchObject({ isExhausted: false, reason: expect.stringContaining('1 failed it') });
      expect(selection.chosen).toBeUndefined();
    });

    it.each<[string, readonly Candidate[]]>([
      ['none', []],
      ['an offline one', [candidate('tester-2', { liveness: 'offline' })]],
      ['a frozen one', [candidate('tester-2', { enforcement: 'frozen' })]],
      ['a retired one', [candidate('tester-2', { isRegistered: false })]],
      ['one of another type', [candidate('coder-1', { agentType: 'CODING' })]],
    ])('knows that no agent is left when there is %s beside it', (_, others) => {
      expect(selectAgent([candidate('tester-1'), ...others], failing)).toMatchObject({ isExhausted: true });
      expect(selectAgent(others, failing)).toMatchObject({ isExhausted: true });
    });

    it('does not wait for the producer of the change, which may not judge it', () => {
      const fleet = [candidate('tester-1'), candidate('tester-2')];
      expect(selectAgent(fleet, { ...failing, excluded: ['tester-2'] }).isExhausted).toBe(true);
    });
  });
});
