import { agentsOnSample, changeOf, input, project } from '../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

// Mission: A9
describe('the agents on the sample project', () => {
  it('review it, make it faster, test and approve the change', async () => {
    const started = performance.now();
    const review = await run(agents.examination(), { type: 'review', base, project, input });
    expect(
      review.result.findings
        ?.filter(({ code }) => code === 'repeated_membership_scan')
        .map(({ file }) => file),
    ).toEqual(['src/guest-list.mjs', 'src/guest-list.mjs']);

    const enhanced = await run(agents.enhancement(), { type: 'enhance', base, project, input });
    expect(enhanced.result).toMatchObject({
      outcome: 'completed',
      before_after: { runs: 10, interleaved: true },
    });
    const { change, before_after: gain } = enhanced.result;
    if (!change || !gain) throw new Error('no change');
    expect(gain.speedup).toBeGreaterThan(3);
    const ids = fixture.applyChange(change);

    const tested = await run(agents.testing(), {
      type: 'test',
      base,
      project,
      input: { ...input, change: changeOf(ids) },
    });
    expect(tested.result.tests).toMatchObject({
      tree: ids.tree,
      passed: 6,
      failed: 0,
      exit_code: 0,
      command: 'npm test',
    });

    const { tests } = tested.result;
    if (!tests) throw new Error('no tests');
    const validated = await run(agents.examination(), {
      type: 'validate',
      base,
      project,
      input: { ...input, change: changeOf(ids), tests },
    });
    expect(validated.result.verdict).toMatchObject({ approved: true, base, ...ids, reasons: [] });
    expect(validated.result.verdict?.before_after?.speedup).toBeGreaterThan(1.5);
    const toolMs = [review, enhanced, tested, validated].map(({ result }) => result.metrics?.tool_ms ?? 0);
    process.stdout.write(
      `speed-up ${gain.speedup}, tools ${toolMs.join(' + ')} ms, all ${Math.round(performance.now() - started)} ms\n`,
    );
  });
});
