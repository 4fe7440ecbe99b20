import { readFileSync } from 'node:fs';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** Every problem of the environment, at once. Names variables, never prints their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
}

/** Other names under which a variable is accepted: `z.string().meta({ aliases: ['OLD_NAME'] })`. */
const aliasesOf = (field: z.ZodType): readonly string[] => {
  const aliases = z.globalRegistry.get(field)?.['aliases'];
  return Array.isArray(aliases) ? aliases.filter((alias): alias is string => typeof alias === 'string') : [];
};

/**
 * Reads the variables that `schema` names. An empty variable counts as absent; `NAME_FILE` gives the value by file, with
 * trailing line ends cut off. Throws `ConfigError`.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment = process.env,
): z.output<Schema> {
  const problems: string[] = [];

  const read = (name: string): string | undefined => {
    const file = environment[`${name}_FILE`];
    if (!file) return environment[name] || undefined;
    if (environment[name]) {
      problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
      return undefined;
    }
    try {
      return readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
    } catch {
      problems.push(`${name}: the file that ${name}_FILE names cannot be read`);
      return undefined;
    }
  };

  const values: Record<string, string> = {};
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    for (const candidate of [name, ...aliasesOf(field)]) {
      const value = read(candidate);
      if (value === undefined) continue;
      values[name] = value;
      break;
    }
  }

  const parsed = schema.safeParse(values);
  if (parsed.success && problems.length === 0) return parsed.data;
  const explained = new Set(problems.map((line) => line.slice(0, line.indexOf(':'))));
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.');
    if (explained.has(name)) continue;
    const missing = issue.code === 'invalid_type' && values[name] === undefined;
    problems.push(`${name}: ${missing ? 'is required' : issue.message}`);
  }
  throw new ConfigError(problems);
}
