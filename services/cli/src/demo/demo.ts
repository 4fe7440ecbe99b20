import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../api/api-client';
import { CliError, type ExitCode } from '../cli-error';
import { stopping } from '../interruption';
import { columnsOf } from '../terminal/layout';
import { styleFor } from '../terminal/style';
import { jsonLine, visible, visibleIn } from '../terminal/visible';
import { type DemoOptions, defaultSample } from './demo-options';
import type { DemoResult } from './demo-result';
import { type HandedOver, handOver, type Landed } from './hand-over';
import type { Audience } from './audience';
import { type Journey, travel } from './journey';
import { PlainAudience } from './plain-audience';
import { listed, preflight } from './preflight';
import { presentResult } from './present';
import { TerminalAudience } from './terminal-audience';
import { removeFolder, sampleRepository } from './repositories';
import { VisibleAudience } from './visible-audience';

/** Folders that the launcher passes. */
export interface DemoPlace {
  readonly gatewayUrl: string;
  readonly adminToken: string;
  readonly requesterToken: string;
  readonly approverToken: string;
  /** Folder of the bare clones that are kept. */
  readonly folder: string;
  /** Folder of the shipped sample projects. */
  readonly samples: string;
}

export function demoPlace(environment: NodeJS.ProcessEnv): DemoPlace {
  const read = (name: string): string => {
    const value = environment[name];
    if (!value) throw new CliError('usage', `${name} is not set: start the demo with npm run demo.`, 2);
    return value;
  };
  const token = (name: string): string => readFileSync(read(name), 'utf8').trim();
  return {
    gatewayUrl: read('YMERA_URL'),
    adminToken: token('YMERA_ADMIN_TOKEN_FILE'),
    requesterToken: token('YMERA_REQUESTER_TOKEN_FILE'),
    approverToken: token('YMERA_APPROVER_TOKEN_FILE'),
    folder: read('YMERA_DEMO_DIR'),
    samples: join(__dirname, '../../../../deploy/local/samples'),
  };
}

/**
 * Runs the demo and prints the result. The exit code is 0 only when a commit landed as requested and the person
 * has it.
 */
export async function runDemo(
  options: DemoOptions,
  place: DemoPlace,
  signal: AbortSignal,
): Promise<ExitCode> {
  const source = await preflight(options);
  const output = options.json ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const audience = new VisibleAudience(audienceFor(options, output, say, signal));
  if (source && source.below !== '')
    say(visible(`${source.below} is a folder of the repository ${source.path}, which is used as a whole`));
  if (source && source.dirtyFiles.length > 0)
    say(
      visible(
        `HEAD (${source.head.slice(0, 12)}) is used; uncommitted changes are not used: ${listed(source.dirtyFiles)}`,
      ),
    );

  const people = {
    admin: new ApiClient(place.gatewayUrl, place.adminToken),
    requester: new ApiClient(place.gatewayUrl, place.requesterToken),
    approver: new ApiClient(place.gatewayUrl, place.approverToken),
  };
  const travelFrom = (repository: string): Promise<Journey> =>
    stopping(travel(people, repository, options.request, audience, signal, options.commands), signal);
  const journey = source ? await travelFrom(source.path) : await withSample(options, place, travelFrom);
  const { result } = journey;
  const landed = landedOf(journey);
  const handedOver = landed
    ? // After an interruption the landed commit is cloned, but nothing more is done in the person's repository.
      await handOver(landed, place.folder, options.land && !journey.stopped ? source?.path : undefined)
    : notLanded;

  const shown: DemoResult = { ...result, ...handedOver, dirty_files: source?.dirtyFiles ?? [] };
  const diff = landed ? journey.change?.diff : undefined;
  say(presentResult(visibleIn(shown), visibleIn(diff), styleFor(output), columnsOf(output)));
  if (options.json) process.stdout.write(`${jsonLine(shown)}\n`);
  if (journey.stopped) return journey.stopped.exitCode;
  if (shown.state === 'completed') return handedOver.error ? 1 : 0;
  return shown.state === 'input_required' ? 2 : 1;
}

const notLanded: HandedOver = { repo: null, landed_branch: null };

const landedOf = ({ repository, result: { commit, branch, request_id } }: Journey): Landed | undefined =>
  commit === null || branch === null ? undefined : { repository, branch, requestId: request_id };

/** The platform works on its own copy, so the sample is not needed after the journey. */
async function withSample(
  { sample }: DemoOptions,
  { samples, folder }: DemoPlace,
  work: (repository: string) => Promise<Journey>,
): Promise<Journey> {
  const repository = await sampleRepository(join(samples, sample ?? defaultSample), folder);
  try {
    return await work(repository);
  } finally {
    await removeFolder(repository);
  }
}

function audienceFor(
  options: DemoOptions,
  output: NodeJS.WriteStream,
  say: (line: string) => void,
  signal: AbortSignal,
): Audience {
  if (options.json || !output.isTTY || !process.stdin.isTTY) return new PlainAudience(say);
  return new TerminalAudience({ input: process.stdin, output }, styleFor(output), signal);
}
