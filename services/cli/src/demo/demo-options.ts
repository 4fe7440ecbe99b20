import { resolve } from 'node:path';
import type { ProjectCommands } from '@ymera/contracts';

/** The projects that are shipped, and what is asked of each where nobody says otherwise. */
export const samples = {
  'guest-list': { request: 'Improve the performance of this algorithm', needsCommand: false },
  /** A fix takes judgement, which no shipped agent pretends to have. */
  'user-service': { request: 'Fix the memory leak in user service', needsCommand: true },
} as const;
export type SampleName = keyof typeof samples;
export const sampleNames = Object.keys(samples) as readonly SampleName[];

/** What the demo was asked for; paths are absolute. */
export interface DemoOptions {
  /** A person’s repository; without it a shipped sample project is used. Empty where no path was given, which is refused. */
  readonly repo: string | undefined;
  /** Undefined where nobody named one. */
  readonly sample: SampleName | undefined;
  readonly request: string;
  readonly exec: string | undefined;
  /** What replaces the commands that the project has. */
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

/** Paths resolve from where the person stands, which npm tells in `INIT_CWD`. */
export function demoOptions(raw: RawDemoOptions, standing: string): DemoOptions {
  return {
    // An empty path, such as of a variable that is not set, would be the place where the person stands.
    repo: raw.repo ? resolve(standing, raw.repo) : raw.repo,
    sample: raw.sample,
    request: raw.request ?? samples[raw.sample ?? defaultSample].request,
    exec: raw.exec,
    commands: givenCommands(raw),
    land: raw.land ?? false,
    json: raw.json ?? false,
  };
}

/** Of `--test`, `--bench` and `--build`, those that were given. */
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
