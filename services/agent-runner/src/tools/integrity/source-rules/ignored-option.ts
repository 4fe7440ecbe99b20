import { print } from '../../syntax/print';
import type { FunctionSyntax, Syntax } from '../../syntax/syntax';
import { boundNames, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { names } from '../request-words';
import type { SourceFinding, SourceRule } from './source-rule';

/** An option that is requested, accepted and stored, and has no effect. */
export const ignoredOption: SourceRule = (file, { request }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    for (const option of ignoredOptions(node, file.syntax.body)) {
      if (!names(request, option)) continue;
      found.push({
        subject: `${node.name ?? ''} ${option}`,
        finding: finding(
          'stub_as_feature',
          'high',
          `"${node.name ?? 'A function'}" takes "${option}" and keeps it, and nothing ever reads it.`,
          { file: file.path, line: node.line, evidence: print(node) },
          'Implement what the request asks for.',
        ),
      });
    }
  });
  return found;
};

/** Options that are destructured from an argument and at most stored under their own names; nothing in the file reads them. */
function ignoredOptions({ parameters, body }: FunctionSyntax, file: readonly Syntax[]): readonly string[] {
  const options = parameters.flatMap(({ pattern }) => (pattern.kind === 'record' ? boundNames(pattern) : []));
  if (options.length === 0) return [];
  const stored = new Set<string>();
  const read = new Set<string>();
  walk(body, (node, [parent]) => {
    if (node.kind !== 'name' || !options.includes(node.name)) return;
    const entry =
      parent?.kind === 'record' &&
      parent.entries.find(
        ({ key, value }) => value === node && key?.kind === 'name' && key.name === node.name,
      );
    if (entry) stored.add(node.name);
    else if (!(parent?.kind === 'record' && parent.entries.some(({ key }) => key === node)))
      read.add(node.name);
  });
  const members = new Set<string>();
  walk(file, (node) => {
    if (node.kind === 'member') members.add(lastName(node));
    // Passed on as a whole, or destructured elsewhere: the code there may read it.
    if (node.kind === 'spread') for (const option of options) members.add(option);
    if (node.kind === 'function' && node.body !== body)
      for (const { pattern } of node.parameters)
        if (pattern.kind === 'record') boundNames(pattern).forEach((one) => members.add(one));
    if (node.kind === 'declare' && node.target.kind === 'record')
      for (const one of boundNames(node.target)) members.add(one);
  });
  return options.filter((option) => !read.has(option) && !members.has(option) && stored.has(option));
}
