import type { Detector } from './repository-files';

const makefiles = ['GNUmakefile', 'makefile', 'Makefile'];
const justfiles = ['justfile', 'Justfile', '.justfile'];

/** Tools that make an environment of their own; the commands that they would run are found by other detectors. */
const environmentTool = /\b(docker|docker-compose|podman|tox|nox|poetry|pipenv|hatch|uv|pdm|conda|nix)\b/;

/** The lines that belong to a target. */
function recipeOf(text: string, target: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^${target}\\s*:(?!=)`).test(line));
  if (start < 0) return '';
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line !== '' && !/^\s/.test(line));
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

const hasTarget = (text: string, target: string) => new RegExp(`^${target}\\s*:(?!=)`, 'm').test(text);

/** Targets of a Makefile whose recipes run as they stand. */
export const fromMakefile: Detector = ({ contents }) => {
  const text = makefiles.flatMap((name) => contents.get(name) ?? [])[0];
  if (text === undefined || environmentTool.test(recipeOf(text, 'test'))) return {};
  return {
    ...(hasTarget(text, 'test') ? { test: 'make test' } : {}),
    ...(hasTarget(text, 'bench') ? { bench: 'make bench' } : {}),
  };
};

/** The same of a Makefile that needs a tool of its own, where nothing else is found. */
export const fromMakefileWithTools: Detector = ({ contents }) => {
  const text = makefiles.flatMap((name) => contents.get(name) ?? [])[0];
  return text !== undefined && hasTarget(text, 'test') ? { test: 'make test' } : {};
};

/** Recipes of `just`. */
export const fromJustfile: Detector = ({ contents }) => {
  const text = justfiles.flatMap((name) => contents.get(name) ?? [])[0];
  const has = (name: string) =>
    text !== undefined && new RegExp(`^@?${name}(\\s+[^:=]*)?:(?!=)`, 'm').test(text);
  return { ...(has('test') ? { test: 'just test' } : {}), ...(has('bench') ? { bench: 'just bench' } : {}) };
};
