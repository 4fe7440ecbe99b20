import type { PreparedProject } from './installation';

const variablesWithParts = new Set(['GOFLAGS', 'MAVEN_OPTS', 'NODE_OPTIONS']);

/** Merges several values: lists are concatenated, the last value of a variable wins, options of one tool are joined. */
export function mergePrepared(parts: readonly PreparedProject[]): PreparedProject {
  const list = <T>(values: readonly (readonly T[] | undefined)[]) => values.flatMap((value) => value ?? []);
  const environment = new Map<string, string>();
  for (const [name, value] of parts.flatMap((part) => Object.entries(part.environment ?? {}))) {
    const before = environment.get(name);
    const isJoined = before !== undefined && before !== value && variablesWithParts.has(name);
    environment.set(name, isJoined ? `${before} ${value}` : value);
  }
  const merged = {
    mounts: list(parts.map((part) => part.mounts)),
    // Later installations are the project's intention and come first.
    toolPath: [...new Set(list(parts.map((part) => part.toolPath).toReversed()))],
    searchPath: [...new Set(list(parts.map((part) => part.searchPath)))],
    readable: [...new Set(list(parts.map((part) => part.readable)))],
    notes: [...new Set(list(parts.map((part) => part.notes)))],
  };
  const present = Object.entries(merged).filter(([, values]) => values.length > 0);
  return {
    ...Object.fromEntries(present),
    ...(environment.size > 0 ? { environment: Object.fromEntries(environment) } : {}),
  };
}
