import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { SettingChange } from './weight';

/** Settings of JSON, YAML, TOML and INI files as one tree; undefined where they cannot be parsed. */
export function readSettings(path: string, text: string): unknown {
  try {
    if (/\.toml$/.test(path)) return parseToml(text);
    if (/\.(?:ini|cfg|coveragerc)$|(?:^|\/)\.(?:npmrc|coveragerc)$|\.env\.test$/.test(path))
      return parseIni(text);
    // YAML includes JSON, with comments once they are stripped.
    return parseYaml(text.replaceAll(/^\s*\/\/.*$/gm, ''), { maxAliasCount: 50 });
  } catch {
    return undefined;
  }
}

function parseIni(text: string): Record<string, Record<string, string | readonly string[]>> {
  const tree: Record<string, Record<string, string | readonly string[]>> = {};
  let section = '';
  let last: string | undefined;
  for (const line of text.split('\n')) {
    const heading = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (heading !== undefined) {
      section = heading;
      last = undefined;
      continue;
    }
    if (/^\s*[#;]/.test(line) || line.trim() === '') continue;
    const values = (tree[section] ??= {});
    const pair = /^([\w.:@/-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (pair?.[1] !== undefined && !/^\s/.test(line)) {
      last = pair[1];
      values[last] = pair[2] ?? '';
    } else if (last !== undefined) values[last] = [values[last] ?? '', line.trim()].flat().filter(Boolean);
  }
  return tree;
}

const maxChanges = 200;

/** The changed settings, by their path; a list is one setting. */
export function changedSettings(before: unknown, after: unknown, key = ''): readonly SettingChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isTree(before) && !isTree(after)) return [{ key, before, after }];
  if (
    !(isTree(before) || before === undefined || before === null) ||
    !(isTree(after) || after === undefined || after === null)
  )
    return [{ key, before, after }];
  const [old, now] = [isTree(before) ? before : {}, isTree(after) ? after : {}];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .flatMap((name) => changedSettings(old[name], now[name], key === '' ? name : `${key}.${name}`))
    .slice(0, maxChanges);
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
