import { sleep } from '@ymera/kernel';
import { describeVerdict } from '@ymera/test-e2e/history-check';
import {
  ChaosEnvironment,
  connectionsCut,
  databaseStopped,
  type Fault,
  isSanction,
  killed,
  sanctionsOf,
  lastingOrphans,
  repairedOrphans,
  stopped,
  waitUntilHealthy,
} from '@ymera/test-e2e/environment';
import { percentile } from './percentile';
import { draw, type FaultTurn, type PlannedFault, type RequestTurn } from './schedule';

export interface ChaosOptions {
  readonly seconds: number;
  /** Strike even where the time is over before, on a machine that recovers slowly. Default: 0. */
  readonly minFaults?: number;
  readonly seed: number;
  /** Requests at once, at most. Default: 20. */
  readonly maxInFlight?: number;
  /** Names the platform's folder. */
  readonly instance: string;
  /** Receives the progress, line by line. */
  readonly tell: (line: string) => void;
}

export interface ChaosResult {
  readonly seed: number;
  readonly seconds: number;
  /** Number of faults injected. */
  readonly faults: number;
  /** Promises: requests, decisions, cancels, confirmed issues. */
  readonly accepted: number;
  readonly lost: number;
  readonly duplicate_effects: number;
  readonly orphans: number;
  readonly wrong_sanctions: number;
  /** Time from the end of a fault's cause until every service is ready. */
  readonly recovery_ms: { readonly p50: number; readonly max: number };
}

const projects = 12;
const defaultMaxInFlight = 20;
const drainMs = 180_000;

/** Runs the faults and the load of a seed on its own platform; then waits until it is idle and checks the history. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seconds, minFaults = 0, maxInFlight = defaultMaxInFlight, seed, instance, tell } = options;
  tell(`seed ${seed}: starting a platform`);
  const field = await ChaosEnvironment.open({ instance, projects, prebuilt: true });
  try {
    tell(`platform is up, logs in ${field.platform.logs}`);
    const schedule = draw(seed, seconds);
    const until = performance.now() + seconds * 1_000;
    const loading = makeLoad(field, schedule.requests, { until, maxInFlight });
    const recoveries: number[] = [];
    for (const turn of schedule.faults) {
      await sleep(turn.pauseMs);
      if (performance.now() >= until && recoveries.length >= minFaults) break;
      recoveries.push(await injectFault(field, turn, tell));
    }
    await loading;
    tell(`${recoveries.length} faults; ${field.load.inFlight} requests are still on their way`);
    await field.load.drain(drainMs);
    return await judge(field, options, recoveries);
  } finally {
    await field.close();
  }
}

async function makeLoad(
  field: ChaosEnvironment,
  turns: readonly RequestTurn[],
  { until, maxInFlight }: { readonly until: number; readonly maxInFlight: number },
): Promise<void> {
  for (const { wish, project, pauseMs } of turns) {
    if (performance.now() >= until) return;
    if (field.load.inFlight < maxInFlight)
      void field.load.submit(field.projectIds[project % field.projectIds.length] ?? '', wish);
    await sleep(pauseMs);
  }
}

/** The next fault comes soon after the recovery, while the backlog is still being processed. */
async function injectFault(
  field: ChaosEnvironment,
  { fault: planned }: FaultTurn,
  tell: ChaosOptions['tell'],
): Promise<number> {
  const fault = faultOf(planned);
  await fault.injectFault(field.platform);
  const recoveryMs = await waitUntilHealthy(field.platform);
  tell(`${fault.name}: well again after ${recoveryMs} ms, ${field.load.inFlight} requests in flight`);
  return recoveryMs;
}

function faultOf(planned: PlannedFault): Fault {
  switch (planned.kind) {
    case 'kill':
      return killed(planned.process);
    case 'stop':
      return stopped(planned.process, planned.ms);
    case 'cut_connections':
      return connectionsCut;
    case 'stop_database':
      return databaseStopped;
  }
}

async function judge(
  field: ChaosEnvironment,
  { seed, seconds, tell }: ChaosOptions,
  recoveries: readonly number[],
): Promise<ChaosResult> {
  const verdict = await field.settle();
  // No agent here misses reports for as long as a suspension takes, unless a fault of the platform prevents its reports.
  const sanctions = (await sanctionsOf(field.places.postgresUrl)).filter(isSanction);
  const orphans = [...repairedOrphans(field.platform), ...(await lastingOrphans(field.platform))];
  tell(describeVerdict(verdict));
  for (const orphan of orphans) tell(`  orphan: ${orphan}`);
  for (const { agentId, to, missingMs } of sanctions)
    tell(`  wrong sanction: ${agentId} ${to} after ${missingMs} ms`);
  return {
    seed,
    seconds,
    faults: recoveries.length,
    accepted: field.record.count,
    lost: verdict.lost.length,
    duplicate_effects: verdict.doubled.length,
    orphans: orphans.length,
    wrong_sanctions: sanctions.length,
    recovery_ms: { p50: percentile(recoveries, 0.5), max: percentile(recoveries, 1) },
  };
}

/** Nothing was lost, doubled, orphaned or wrongly sanctioned, and there was load that could have been. */
export const isSound = (result: ChaosResult): boolean =>
  result.faults > 0 &&
  result.accepted > 0 &&
  result.lost + result.duplicate_effects + result.orphans + result.wrong_sanctions === 0;
