import { draw } from './schedule';

describe('the schedule of a seed', () => {
  it('is deterministic for a seed and differs between seeds', () => {
    expect(draw(7, 60)).toEqual(draw(7, 60));
    expect(draw(7, 60)).not.toEqual(draw(8, 60));
  });

  it('keeps its beginning when the duration is longer', () => {
    expect(draw(7, 120).faults.slice(0, 14)).toEqual(draw(7, 60).faults.slice(0, 14));
  });

  it('contains every fault once before any is repeated', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const first = draw(seed, 60).faults.slice(0, 14);
      const killed = first.flatMap(({ fault }) => (fault.kind === 'kill' ? [fault.process] : []));
      expect([...killed].sort()).toEqual([
        'agent-runner',
        'audit',
        'coordinator',
        'gateway',
        'integration',
        'orchestrator',
        'rabbitmq',
        'registry',
        'reporting',
      ]);
      const kinds = first.map(({ fault }) => fault.kind);
      expect(kinds.filter((kind) => kind === 'stop')).toHaveLength(3);
      expect(kinds.filter((kind) => kind === 'cut_connections' || kind === 'stop_database')).toHaveLength(2);
    }
  });
});
