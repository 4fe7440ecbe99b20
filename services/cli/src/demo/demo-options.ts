import { resolve } from 'node:path';

/** What the demo was asked for; paths are absolute. */
export interface DemoOptions {
  /** A person’s repository; without it the shipped sample project is used. */
  readonly repo: string | undefined;
  readonly request: string;
  readonly exec: string | undefined;
  /** Fetch the result into the repository as a branch. */
  readonly land: boolean;
  readonly json: boolean;
}

export interface RawDemoOptions {
  readonly repo?: string;
  readonly request?: string;
  readonly exec?: string;
  readonly land?: boolean;
  readonly json?: boolean;
}

const sampleRequest = 'Improve the performance of this algorithm';

/** Paths resolve from where the person stands, which npm tells in `INIT_CWD`. */
export function demoOptions(raw: RawDemoOptions, standing: string): DemoOptions {
  return {
    repo: raw.repo === undefined ? undefined : resolve(standing, raw.repo),
    request: raw.request ?? sampleRequest,
    exec: raw.exec,
    land: raw.land ?? false,
    json: raw.json ?? false,
  };
}

/** How long one task may run, in whole seconds up to a day; undefined for anything else. */
export function deadlineSeconds(text: string): number | undefined {
  const seconds = Number(text);
  return /^\d+$/.test(text) && seconds >= 1 && seconds <= 86_400 ? seconds : undefined;
}
