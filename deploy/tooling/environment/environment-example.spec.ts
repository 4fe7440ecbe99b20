import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

const root = join(__dirname, '..', '..', '..');

interface Variable {
  readonly service: string;
  readonly name: string;
  readonly field: z.ZodType;
}

/** Every variable of every schema that a service's config.ts exports. */
const variables: readonly Variable[] = readdirSync(join(root, 'services')).flatMap((service) => {
  const file = join(root, 'services', service, 'src', 'config.ts');
  if (!existsSync(file)) return [];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- services are found by their folder
  const exported = Object.values(require(file) as Record<string, unknown>);
  return exported
    .filter((value): value is z.ZodObject => typeof value === 'object' && value !== null && 'shape' in value)
    .flatMap(({ shape }) =>
      Object.entries(shape).map(([name, field]) => ({ service, name, field: field as z.ZodType })),
    );
});

const aliasesOf = ({ field }: Variable): readonly string[] =>
  (field.meta()?.['aliases'] as readonly string[] | undefined) ?? [];

const entries = readFileSync(join(root, '.env.example'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, value] = /^#?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value: value ?? '' }];
  });

/** Variables of the CLI and of terminals, which have no schema. */
const ofNoService = ['YMERA_URL', 'YMERA_TOKEN_FILE', 'NO_COLOR'];

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** Whether the file contains the variable with its default, and its aliases. */
function isDocumented(variable: Variable): boolean {
  const values = entries.filter(({ name }) => name === variable.name).map(({ value }) => value);
  const usual = variable.field.safeParse(undefined);
  const isUsual = (value: string): boolean => {
    if (!usual.success || usual.data === undefined) return value === '';
    if (isScalar(usual.data)) return value === String(usual.data);
    const parsed = variable.field.safeParse(value === '' ? undefined : value);
    return parsed.success && isDeepStrictEqual(parsed.data, usual.data);
  };
  const others = aliasesOf(variable).every((alias) => entries.some(({ name }) => name === alias));
  return values.some(isUsual) && others;
}

const services = [...new Set(variables.map(({ service }) => service))];

describe('.env.example', () => {
  it('covers every service that reads an environment', () => {
    expect(services).toHaveLength(8);
    expect(variables.length).toBeGreaterThan(100);
  });

  it.each(services)('has every variable of %s with its default', (service) => {
    const missing = variables.filter((variable) => variable.service === service && !isDocumented(variable));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('has no default where it would be a secret, an address or a place', () => {
    const required = variables.filter(({ field }) => !field.safeParse(undefined).success);
    const generated = readFileSync(join(root, '.env.example'), 'utf8').split(
      '# What follows is generated',
    )[1];
    for (const { name } of required) expect(generated).toMatch(new RegExp(`^#${name}=$`, 'm'));
  });

  it('has no variable that no service reads', () => {
    const known = new Set([
      ...ofNoService,
      ...variables.flatMap((variable) => [variable.name, `${variable.name}_FILE`, ...aliasesOf(variable)]),
    ]);
    expect(entries.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });
});
