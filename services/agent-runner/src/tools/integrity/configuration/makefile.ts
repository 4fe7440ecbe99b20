import { weighCommand } from './command-change';
import type { Weight } from './weight';

interface Target {
  readonly needs: readonly string[];
  readonly recipe: readonly string[];
}

const decides =
  /^(?:all_)?(?:tests?|check|checks|bench(?:mark)?s?|ci|verify|unit|integration|coverage|spec|e2e)\b/;

/** Changed targets that tests and benchmarks need; unrelated ones are ignored. */
export function changedTargets(
  before: string,
  after: string,
): readonly { readonly key: string; readonly weight: Weight }[] {
  const [old, now] = [parse(before), parse(after)];
  const deciding = new Set(
    [...old.targets.keys(), ...now.targets.keys()].filter((name) => decides.test(name)),
  );
  for (const name of deciding)
    for (const side of [old, now]) {
      const target = side.targets.get(name);
      const called =
        target?.recipe.flatMap((line) =>
          [...line.matchAll(/\$\(MAKE\)\s+([\w-]+)|\bmake\s+([\w-]+)/g)].map(
            ([, one, other]) => one ?? other ?? '',
          ),
        ) ?? [];
      for (const other of [...(target?.needs ?? []), ...called])
        if (side.targets.has(other)) deciding.add(other);
    }
  const found: { key: string; weight: Weight }[] = [];
  for (const name of deciding) {
    const [was, is] = [old.targets.get(name), now.targets.get(name)];
    const command = (target: Target | undefined) =>
      target?.recipe.map((line) => line.replace(/^@/, '')).join(' && ');
    if (was === undefined) continue;
    const lostNeeds = was.needs.filter((need) => !is?.needs.includes(need) && deciding.has(need));
    const weight = lostNeeds.length > 0 ? 'harmful' : weighCommand(command(was), command(is));
    const isIgnored = is?.recipe.some((line) => line.startsWith('-') && !was.recipe.includes(line)) === true;
    if (isIgnored || weight !== 'none') found.push({ key: name, weight: isIgnored ? 'harmful' : weight });
  }
  const used = [...deciding]
    .flatMap((name) => [...(old.targets.get(name)?.recipe ?? []), ...(now.targets.get(name)?.recipe ?? [])])
    .join('\n');
  for (const name of new Set([...old.variables.keys(), ...now.variables.keys()])) {
    const isUsed =
      used.includes(`$(${name})`) ||
      used.includes(`\${${name}}`) ||
      /^(?:SHELL|\.SHELLFLAGS|MAKEFLAGS|\.IGNORE)$/.test(name);
    if (isUsed && old.variables.get(name) !== now.variables.get(name))
      found.push({ key: name, weight: weighCommand(old.variables.get(name), now.variables.get(name)) });
  }
  return found;
}

function parse(text: string): {
  readonly targets: ReadonlyMap<string, Target>;
  readonly variables: ReadonlyMap<string, string>;
} {
  const targets = new Map<string, Target>();
  const variables = new Map<string, string>();
  let current: readonly string[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    if (/^(?:\t| {2,})/.test(line) && current.length > 0) {
      for (const name of current) {
        const target = targets.get(name);
        if (target && line.trim() !== '' && !line.trim().startsWith('#'))
          targets.set(name, { ...target, recipe: [...target.recipe, line.trim()] });
      }
      continue;
    }
    const variable = /^(?:export\s+)?([\w.]+)\s*[:?+]?=\s*(.*)$/.exec(line);
    const rule = /^([\w./% -]+?)\s*::?\s*([^=]*)$/.exec(line);
    if (variable?.[1] !== undefined) variables.set(variable[1], variable[2] ?? '');
    else if (/^\.IGNORE\b/.test(line)) variables.set('.IGNORE', line);
    else if (rule?.[1] !== undefined && !rule[1].startsWith('.PHONY')) {
      current = rule[1].trim().split(/\s+/);
      const [needs = '', inline] = (rule[2] ?? '').split(';');
      for (const name of current)
        targets.set(name, {
          needs: needs.trim().split(/\s+/).filter(Boolean),
          recipe: inline ? [inline.trim()] : [],
        });
    } else if (line.trim() !== '' && !line.startsWith('#')) current = [];
  }
  return { targets, variables };
}
