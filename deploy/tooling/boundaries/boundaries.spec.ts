import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forbidden } from './layers.cjs';

const root = join(__dirname, '..', '..', '..');
const folder = join(__dirname, 'fixtures');
const options = { cwd: root, encoding: 'utf8', timeout: 120_000 } as const;

interface Fixture {
  readonly name: string;
  /** The path that it is checked as. */
  readonly as: string;
  readonly rule: string;
  /** A part of the linter's message, where one rule checks several boundaries. */
  readonly message: string;
  readonly text: string;
}

const fixtures: readonly Fixture[] = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const header = /^\/\/ as: (\S+)\n\/\/ breaks: (\S+) ?(.*)\n/.exec(text);
  if (!header?.[1] || !header[2])
    throw new Error(`${name} has no header with its path and the rule that it breaks`);
  return { name, as: header[1], rule: header[2], message: header[3] ?? '', text };
});

const layerRules = forbidden.map(({ name }) => name);
const layered = fixtures.filter(({ rule }) => layerRules.includes(rule));
const linted = fixtures.filter(({ rule }) => !layerRules.includes(rule));

/** Files that fixtures import: the smallest tree in which each import resolves. */
const targets: Readonly<Record<string, string>> = {
  'services/registry/src/adapters/fixture-target.ts': 'export const store = 1;\n',
  'services/registry/src/application/fixture-target.ts': 'export const useCase = 1;\n',
  'services/orchestrator/src/adapters/fixture-target.ts': 'export const store = 1;\n',
  'services/audit/src/testing/fixture-target.ts': 'export const store = 1;\n',
  'libs/kernel/src/fixture-target.ts': 'export const store = 1;\n',
  'libs/http/src/fixture-cycle.ts':
    "import { used } from './cycle';\n\nexport const other = (): unknown => used;\n",
  'libs/http/src/fixture-type-cycle.ts':
    "import type { Used } from './cycle-of-types';\n\nexport interface Other {\n  readonly used?: Used;\n}\n",
};

/** All fixtures are in one tree, each under its own name, so one execution checks them all. */
const placeOf = ({ as, name }: Fixture): string => join(dirname(as), name);

function layersBroken(): readonly { readonly from: string; readonly rule: { readonly name: string } }[] {
  const tree = mkdtempSync(join(tmpdir(), 'ymera-layers-'));
  const files = { ...targets, ...Object.fromEntries(layered.map((each) => [placeOf(each), each.text])) };
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
    }
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
        ...['--config', join(__dirname, 'layers.cjs'), '--output-type', 'json', 'libs', 'services', 'deploy'],
      ],
      { ...options, cwd: tree },
    );
    return (JSON.parse(stdout) as { summary: { violations: ReturnType<typeof layersBroken> } }).summary
      .violations;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** One process for all of them: loading the linter and the project graph takes most of the time. */
function lintMessages(): Readonly<
  Record<string, readonly { readonly rule: string | null; readonly message: string }[]>
> {
  const printed = execFileSync(
    process.execPath,
    [join(__dirname, 'lint-fixtures.mjs'), ...linted.map(({ name }) => join(folder, name))],
    { ...options, env: { ...process.env, NX_DAEMON: 'false' } },
  );
  return JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '') as ReturnType<typeof lintMessages>;
}

/** `scope:kernel` of the kernel, and of tests also `type:test`, by the name of their folder. */
function projects(): readonly { readonly name: string; readonly tags: readonly string[] }[] {
  return ['libs', 'services', 'test'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'fixtures')
      .map(({ name }) => ({
        name: `${group}/${name}`,
        tags: (
          JSON.parse(readFileSync(join(root, group, name, 'project.json'), 'utf8')) as {
            tags: readonly string[];
          }
        ).tags,
      })),
  );
}

/**
 * Tags whose own constraint no fixture can reach, because another part of the rule applies first: every project that the kernel
 * imports depends on it, and no project that tests may not import has a package name.
 */
const checkedByAnotherPart: Readonly<Record<string, string>> = {
  'scope:kernel': 'project-kernel-on-testing.ts',
  'type:test': 'project-test-on-service.ts',
};

describe('boundaries between layers', () => {
  it.each(layerRules)('have a fixture that breaks %s', (rule) => {
    expect(layered.map((fixture) => fixture.rule)).toContain(rule);
  });

  it('refuse each fixture for the rule of its header', () => {
    const violations = layersBroken();
    for (const fixture of layered) {
      const rules = violations.filter(({ from }) => from === placeOf(fixture)).map(({ rule }) => rule.name);
      expect([fixture.name, rules]).toEqual([fixture.name, expect.arrayContaining([fixture.rule])]);
    }
  }, 120_000);
});

describe('boundaries in the lint', () => {
  it.each(projects().map(({ name, tags }) => [name, tags] as const))(
    'have a fixture in which %s imports what it may not',
    (_, tags) => {
      const known = tags.filter(
        (tag) =>
          fixtures.some(({ message }) => message === `tagged with "${tag}"`) ||
          fixtures.some(({ name }) => name === checkedByAnotherPart[tag]),
      );
      expect(known).not.toEqual([]);
    },
  );

  it('refuse each fixture for the rule of its header', () => {
    const messages = lintMessages();
    for (const { name, rule, message } of linted)
      expect([name, messages[name]]).toEqual([
        name,
        expect.arrayContaining([{ rule, message: expect.stringContaining(message) as string }]),
      ]);
  }, 120_000);
});
