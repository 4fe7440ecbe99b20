import { agentsOnSample, input, project } from '../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('EnhancementAgent', () => {
  it('proposes nothing without a safe rewrite', async () => {
    const plain = fixture.repository.commit({
      'src/guest-list.mjs':
        'export const admit = () => [];\nexport const attendance = () => 0;\nexport const normalise = String;\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: plain, project, input });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'change_empty' } });
    expect(result.change).toBeUndefined();
  });

  it('drops rewrites that do not improve the benchmark', async () => {
    const elsewhere = fixture.repository.commit({
      'src/other.mjs': 'export const common = (a, b) => a.filter((x) => b.includes(x));\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: elsewhere, project, input });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'change_empty', message: expect.stringContaining('benchmark') },
    });
  });

  it('never changes tests, benchmarks and minified files', async () => {
    const slow = 'export const common = (a, b) => a.filter((x) => b.includes(x));\n';
    const only = fixture.repository.commit({
      'src/other.mjs': null,
      'test/extra.test.mjs': slow,
      'bench/extra.mjs': slow,
      'dist/packed.js': slow,
      'src/lib.min.js': slow,
    });
    const { result } = await run(agents.enhancement(), {
      type: 'enhance',
      base: only,
      project: { ...project, commands: {} },
      input,
    });
    expect(result).toMatchObject({ error: { code: 'change_empty' } });
  });
});
