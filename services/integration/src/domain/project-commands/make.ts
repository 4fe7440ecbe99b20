import type { Detector } from './repository-files';

const makefiles = ['GNUmakefile', 'makefile', 'Makefile'];
const justfiles = ['justfile', 'Justfile', '.justfile'];

/** Tools that create their own environment; other detectors find the commands that they would run. */
const environmentTool = /\b(docker|docker-compose|podman|tox|nox|poetry|pipenv|hatch|uv|pdm|conda|nix)\b/;

/** A rule may have several targets: `unit test: deps`. */
const ruleOf = (target: string): RegExp =>
  new RegExp(`^(?:[\\w./%-]+[ \\t]+)*${target}(?:[ \\t]+[\\w./%-]+)*[ \\t]*:(?!=)`, 'm');

/** The lines that belong to a target. */
function recipeOf(text: string, target: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => ruleOf(target).test(line));
  if (start < 0) return '';
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line !== '' && !/^\s/.test(line));
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

const hasTarget = (text: string, target: string) => ruleOf(target).test(text);

/** The target that runs the tests, by its usual names: `check` is that of the GNU standards. */
const testTarget = (text: string): string | undefined =>
  ['test', 'check', 'tests'].find((target) => hasTarget(text, target));

const makefileOf = (contents: ReadonlyMap<string, string>): string | undefined =>
  makefiles.flatMap((name) => contents.get(name) ?? [])[0];

/** Targets of a Makefile whose recipes run unchanged. */
export const fromMakefile: Detector = ({ contents }) => {
  const text = makefileOf(contents);
  const target = text === undefined ? undefined : testTarget(text);
  if (text === undefined || (target !== undefined && environmentTool.test(recipeOf(text, target)))) return {};
  return {
    ...(target === undefined ? {} : { test: `make ${target}` }),
    ...(hasTarget(text, 'bench') ? { bench: 'make bench' } : {}),
  };
};

/** The same for a Makefile that needs an extra tool, when no other detector finds a command. */
export const fromMakefileWithTools: Detector = ({ contents }) => {
  const text = makefileOf(contents);
  const target = text === undefined ? undefined : testTarget(text);
  return target === undefined ? {} : { test: `make ${target}` };
};

/** Recipes of `just`. */
export const fromJustfile: Detector = ({ contents }) => {
  const text = justfiles.flatMap((name) => contents.get(name) ?? [])[0];
  const has = (name: string) =>
    text !== undefined && new RegExp(`^@?${name}(\\s+[^:=]*)?:(?!=)`, 'm').test(text);
  return { ...(has('test') ? { test: 'just test' } : {}), ...(has('bench') ? { bench: 'just bench' } : {}) };
};
