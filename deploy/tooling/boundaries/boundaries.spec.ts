import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forbidden } from './layers.cjs';

const root = join(__dirname, '..', '..', '..');
const folder = join(__dirname, 'fixtures');

interface Fixture {
  readonly name: string;
  readonly as: string;
  readonly breaks: string;
  readonly text: string;
}

const fixtures: Fixture[] = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const header = /^\/\/ as: (\S+)\n\/\/ breaks: (\S+)\n/.exec(text);
  if (!header?.[1] || !header[2]) throw new Error(`${name} does not say what it breaks`);
  return { name, as: header[1], breaks: header[2], text };
});

const layerRules = forbidden.map(({ name }) => name);

/** What fixtures import that is not a package: the smallest tree in which each import resolves. */
const targets: Readonly<Record<string, string>> = {
  'services/registry/src/adapters/fixture-target.ts': 'export const store = 1;\n',
  'services/orchestrator/src/adapters/fixture-target.ts': 'export const store = 1;\n',
  'services/audit/src/testing/fixture-target.ts': 'export const store = 1;\n',
  'libs/kernel/src/fixture-target.ts': 'export const store = 1;\n',
  'libs/http/src/fixture-cycle.ts':
    "import { used } from './fixture';\n\nexport const other = (): unknown => used;\n",
};

function layersBrokenBy({ as, text }: Fixture): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'ymera-layers-'));
  try {
    for (const [path, content] of Object.entries({ ...targets, [as]: text })) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
    }
    const cruise = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
        '--config',
        join(__dirname, 'layers.cjs'),
        '--output-type',
        'json',
        ...['libs', 'services'],
      ],
      { cwd: tree, encoding: 'utf8', timeout: 60_000 },
    );
    const { summary } = JSON.parse(cruise.stdout) as {
      summary: { violations: { rule: { name: string } }[] };
    };
    return summary.violations.map(({ rule }) => rule.name);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** One process for all of them: loading the linter and the project graph takes most of the time. */
function rulesBroken(files: readonly string[]): Readonly<Record<string, string[]>> {
  const printed = execFileSync(
    process.execPath,
    [join(__dirname, 'lint-fixtures.mjs'), ...files.map((name) => join(folder, name))],
    { cwd: root, encoding: 'utf8', timeout: 120_000, env: { ...process.env, NX_DAEMON: 'false' } },
  );
  return JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '') as Record<string, string[]>;
}

const layered = fixtures.filter(({ breaks }) => layerRules.includes(breaks));
const linted = fixtures.filter(({ breaks }) => !layerRules.includes(breaks));

describe('boundaries', () => {
  it.each(layerRules)('have a fixture that breaks %s', (rule) => {
    expect(fixtures.map(({ breaks }) => breaks)).toContain(rule);
  });

  it.each(layered.map((fixture) => [fixture.name, fixture] as const))(
    'refuse %s',
    (_, fixture) => {
      expect(layersBrokenBy(fixture)).toContain(fixture.breaks);
    },
    60_000,
  );

  it('refuse in the lint what each fixture says', () => {
    const broken = rulesBroken(linted.map(({ name }) => name));
    for (const { name, breaks } of linted)
      expect([name, broken[name]]).toEqual([name, expect.arrayContaining([breaks])]);
  }, 120_000);
});
