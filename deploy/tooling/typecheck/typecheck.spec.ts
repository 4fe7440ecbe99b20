import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..', '..');
const fixtures = join(__dirname, 'fixtures');
const workspace = join(__dirname, '..', 'tsconfig.workspace.json');

/** Projects of other people, and files that break a rule on purpose. */
const excluded = /^(deploy\/local\/samples|test\/fixtures|deploy\/tooling\/[a-z]+\/fixtures)\//;

const scripts = globSync('{*,{deploy,libs,services,test}/**/*}.{mjs,cjs}', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
}).filter((path) => !excluded.test(path));

describe('type check of scripts', () => {
  it('includes every script of ours', () => {
    const { config } = ts.readConfigFile(workspace, (path) => readFileSync(path, 'utf8')) as {
      config: object;
    };
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, join(workspace, '..'));
    expect(options.checkJs).toBe(true);
    expect(scripts.length).toBeGreaterThan(70);
    const checked = new Set(fileNames.map((path) => relative(root, path)));
    expect(scripts.filter((path) => !checked.has(path))).toEqual([]);
  });

  it('has no script with the type any or without the check', () => {
    const optsOut = /@ts-(?:ignore|expect-error|nocheck)|[{<,|(] *any *[}>,|)[]/;
    expect(scripts.filter((path) => optsOut.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });

  it('fails the gate with the error of each fixture', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(__dirname, '..', 'typecheck.mjs'), join(fixtures, 'tsconfig.json')],
      { encoding: 'utf8', timeout: 120_000 },
    );
    const expected = readdirSync(fixtures)
      .filter((name) => name !== 'tsconfig.json')
      .map((name) => {
        const text = readFileSync(join(fixtures, name), 'utf8');
        return [name, /^\/\/ breaks: (TS\d+)\n/.exec(text)?.[1]];
      });
    const found = [...stdout.matchAll(/([\w.-]+)\(\d+,\d+\): error (TS\d+)/g)].map(([, name, code]) => [
      name,
      code,
    ]);
    expect(found.sort()).toEqual(expected.sort());
    expect(status).not.toBe(0);
  }, 120_000);
});
