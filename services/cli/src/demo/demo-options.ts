import { resolve } from 'node:path';
import type { ProjectCommands } from '@ymera/contracts';

/** The sample projects, and the default request of each. */
export const samples = {
  'guest-list': { request: 'Improve the performance of this algorithm', needsCommand: false },
  /** A fix needs judgement, which no reference agent has. */
  'user-service': { request: 'Fix the memory leak in user service', needsCommand: true },
} as const;
export type SampleName = keyof typeof samples;
export const sampleNames = Object.keys(samples) as readonly SampleName[];

/** The options of the demo; paths are absolute. */
export interface DemoOptions {
  /** A person’s repository; default: a sample project. Empty for an empty path, which is refused. */
  readonly repo: string | undefined;
  /** Undefined where none was named. */
  readonly sample: SampleName | undefined;
  readonly request: string;
  readonly exec: string | undefined;
  /** Commands that replace those of the project. */
  readonly commands: ProjectCommands;
  /** Fetch the result into the repository as a branch. */
  readonly land: boolean;
  readonly json: boolean;
}

export interface RawDemoOptions {
  readonly repo?: string;
  readonly sample?: SampleName;
  readonly request?: string;
  readonly exec?: string;
  readonly test?: string;
  readonly bench?: string;
  readonly build?: string;
  readonly land?: boolean;
  readonly json?: boolean;
}

export const defaultSample: SampleName = 'guest-list';

/** Paths are relative to the person's folder, which npm passes in `INIT_CWD`. */
export function demoOptions(raw: RawDemoOptions, standing: string): DemoOptions {
  return {
    // An empty path, such as of an unset variable, would resolve to the person's folder.
    repo: raw.repo ? resolve(standing, raw.repo) : raw.repo,
    sample: raw.sample,
    request: raw.request ?? samples[raw.sample ?? defaultSample].request,
    exec: raw.exec,
    commands: givenCommands(raw),
    land: raw.land ?? false,
    json: raw.json ?? false,
  };
}

/** The given ones of `--test`, `--bench` and `--build`. */
export function givenCommands({ test, bench, build }: ProjectCommands): ProjectCommands {
  return {
    ...(test === undefined ? {} : { test }),
    ...(bench === undefined ? {} : { bench }),
    ...(build === undefined ? {} : { build }),
  };
}

/** How long one task may run, in whole seconds up to a day; undefined for anything else. */
export function deadlineSeconds(text: string): number | undefined {
  const seconds = Number(text);
  return /^\d+$/.test(text) && seconds >= 1 && seconds <= 86_400 ? seconds : undefined;
}
