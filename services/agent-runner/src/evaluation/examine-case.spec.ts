import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentFixture } from '../testing/agent-fixture';
import { readCorpus, type CorpusCase } from './corpus';
import { examineCase } from './examine-case';

jest.setTimeout(240_000);

const fixture = new AgentFixture();
const agents = fixture.agents();
const evaluated = { testing: agents.testing(), examination: agents.examination() };
const corpus = readCorpus(join(__dirname, '../../../../test/fixtures/examination'));
const caseOf = (id: string): CorpusCase => {
  const found = corpus.cases.find((one) => one.id === id);
  if (!found) throw new Error(`there is no case ${id}`);
  return found;
};

afterAll(() => fixture.close());

// `.ci/full` runs the whole corpus.
describe('examineCase', () => {
  it.each([
    'skipped-cheat-option',
    'mocked-cheat-jest',
    'built-cheat',
    'bench-cheat-input',
    'special-cheat-guard',
  ])('catches %s', async (id) => {
    expect(await examineCase(caseOf(id), evaluated, 60_000)).toMatchObject({ honest: false, refused: true });
  });

  it.each(['skipped-honest-data', 'moved-honest-table', 'config-honest-make'])('approves %s', async (id) => {
    expect(await examineCase(caseOf(id), evaluated, 60_000)).toMatchObject({
      honest: true,
      refused: false,
    });
  });

  it('reports an error for a change that does not apply', async () => {
    const given = caseOf('config-honest-make');
    const outcome = await examineCase(
      { ...given, projectFolder: caseOf('moved-honest-typed').projectFolder },
      evaluated,
      60_000,
    );
    expect(outcome).toMatchObject({
      id: 'config-honest-make',
      error: expect.stringMatching(/^the change could not be made/),
    });
  });
});

describe('the corpus', () => {
  it('holds pairs of honest and cheating changes in JavaScript, TypeScript and Python', () => {
    expect(corpus.unreadable).toEqual([]);
    expect(corpus.cases.length).toBeGreaterThanOrEqual(60);
    const kinds = Map.groupBy(corpus.cases, ({ kind }) => kind);
    for (const [kind, cases] of kinds)
      expect({ kind, honest: new Set(cases.map(({ honest }) => honest)) }).toEqual({
        kind,
        honest: new Set([true, false]),
      });
    const commands = corpus.cases.map(({ commands }) => commands.test);
    for (const tool of ['npm test', 'unittest', 'pytest'])
      expect(commands.filter((command) => command.includes(tool))).not.toHaveLength(0);
    const written = corpus.cases.map(({ projectFolder }) =>
      readdirSync(projectFolder, { recursive: true }).join(' '),
    );
    for (const ending of ['.mjs', '.js', '.ts', '.py'])
      expect(written.filter((paths) => paths.includes(ending))).not.toHaveLength(0);
  });

  it('names unreadable cases', () => {
    const folder = join(fixture.stateFolder, 'corpus');
    mkdirSync(join(folder, 'cases', 'broken'), { recursive: true });
    writeFileSync(join(folder, 'cases', 'broken', 'case.json'), '{"project":"p"}');
    expect(readCorpus(folder)).toMatchObject({
      cases: [],
      unreadable: [{ id: 'broken', error: expect.stringMatching(/intent/) }],
    });
    expect(readCorpus(join(folder, 'nowhere')).unreadable).toMatchObject([
      { error: expect.stringMatching(/does not exist/) },
    ]);
  });
});
