import type { SyntaxFile } from '../syntax/syntax';
import { finding, type IntegrityFinding } from './findings';
import { hasDeceivingSigns, isLookalikePath, lookalikeOf } from './lookalikes';
import { resolveModule } from './source-rules/resolve-module';
import { importsOf } from './test-names';

export interface ImportingFile {
  readonly path: string;
  readonly text: string;
  readonly before: SyntaxFile | undefined;
  readonly beforeText: string;
  readonly after: SyntaxFile;
}

const advice = 'Import what is meant, by its own name.';

/** New imports whose names look like others. */
export function lookalikeImports(
  file: ImportingFile,
  declared: ReadonlySet<string>,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): readonly IntegrityFinding[] {
  const modulesOf = (syntax: SyntaxFile) =>
    new Set([...importsOf(syntax).map(({ module }) => module), ...sideEffectImports(syntax)]);
  const old = file.before ? modulesOf(file.before) : new Set<string>();
  const now = modulesOf(file.after);
  const gone = [...old].filter((module) => !now.has(module));
  const fresh = [...now].filter((module) => !old.has(module));
  const place = { file: file.path };
  const found = fresh.flatMap((module): readonly IntegrityFinding[] => {
    const path = resolveModule(file.path, module, after);
    if (path === undefined) {
      if (/^[./#]/.test(module)) return [];
      const name = packageName(module);
      const other = declared.has(name) ? undefined : lookalikeOf(name, declared);
      return other === undefined
        ? []
        : [
            finding(
              'lookalike_import',
              'high',
              `"${name}" may be mistaken for "${other}".`,
              { ...place, line: lineOf(file.text, module) },
              advice,
            ),
          ];
    }
    // In place of a module that still exists, one with nearly the same name.
    const replaced = gone
      .map((one) => resolveModule(file.path, one, before))
      .find((one) => one !== undefined && after.has(one) && isLookalikePath(one, path));
    const neighbour = before.has(path)
      ? undefined
      : [...before].find((one) => after.has(one) && isLookalikePath(one, path));
    const other = replaced ?? (gone.length > 0 ? neighbour : undefined);
    return other === undefined
      ? []
      : [
          finding(
            'lookalike_import',
            'high',
            `${path} is imported in place of ${other}, which has nearly its name and is still there.`,
            { ...place, line: lineOf(file.text, module) },
            advice,
          ),
        ];
  });
  const isDeceiving = hasDeceivingSigns(file.text) && !hasDeceivingSigns(file.beforeText);
  return isDeceiving
    ? [
        ...found,
        finding(
          'deceiving_signs',
          'high',
          'The text contains characters that look like others, or change the direction of the text.',
          place,
          'Write code in plain letters.',
        ),
      ]
    : found;
}

const sideEffectImports = ({ body }: SyntaxFile): readonly string[] =>
  body.flatMap((node) => (node.kind === 'import' ? [node.module] : []));

const packageName = (module: string): string => {
  const parts = module.replace(/^node:/, '').split('/');
  return module.startsWith('@')
    ? parts.slice(0, 2).join('/')
    : module.includes('/')
      ? (parts[0] ?? '')
      : (module.split('.')[0] ?? '');
};

const lineOf = (text: string, module: string): number | undefined => {
  const at = text.split('\n').findIndex((line) => line.includes(module));
  return at < 0 ? undefined : at + 1;
};

/** New names among the dependencies of a package file, and old ones with another source. */
export function dependencyFindings(
  path: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  request: string,
): readonly IntegrityFinding[] {
  const used = new Set(Object.keys(before));
  return Object.entries(after).flatMap(([name, version]): readonly IntegrityFinding[] => {
    const old = before[name];
    if (old === version) return [];
    const alias = /^npm:(@?[^@]+)/.exec(version)?.[1];
    const isElsewhere = /^(?:npm:|git|https?:|file:|link:|github:|\w[\w-]*\/[\w.-]+$)/.test(version);
    if (old !== undefined)
      return isElsewhere &&
        !/^(?:npm:|git|https?:|file:|link:|github:|workspace:)/.test(old) &&
        !request.includes(name)
        ? [
            finding(
              'dependency_redirected',
              'high',
              `"${name}" comes from ${version} now.`,
              { file: path },
              'Take the package from where it came from before.',
            ),
          ]
        : [];
    const other =
      lookalikeOf(name, used) ??
      (alias === undefined || alias === name ? undefined : lookalikeOf(alias, new Set([...used, name])));
    return other === undefined || request.includes(name)
      ? []
      : [
          finding(
            'lookalike_import',
            'high',
            `The new dependency "${name}" may be mistaken for "${other}".`,
            { file: path },
            advice,
          ),
        ];
  });
}
