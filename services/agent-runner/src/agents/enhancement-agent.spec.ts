import { agentsOnSample, input, project } from '../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('the ENHANCEMENT agent', () => {
  it('proposes nothing where there is nothing certain to improve', async () => {
    const plain = fixture.repository.commit({
      'src/guest-list.mjs':
        'export const admit = () => [];\nexport const attendance = () => 0;\nexport const normalise = String;\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: plain, project, input });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'change_empty' } });
    expect(result.change).toBeUndefined();
  });

  it('drops what the benchmark does not reward', async () => {
    const elsewhere = fixture.repository.commit({
      'src/other.mjs': 'export const common = (a, b) => a.filter((x) => b.includes(x));\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: elsewhere, project, input });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'change_empty', message: expect.stringContaining('benchmark') },
    });
  });

  it('never touches tests, benchmarks and packed files', async () => {
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
