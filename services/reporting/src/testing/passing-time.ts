import { minute, reportingWorld, type ReportingWorld } from './reporting-world';

/** What the first instance does not hold against anybody is over, and agents report since. */
export async function online(...agents: string[]): Promise<ReportingWorld> {
  const world = reportingWorld();
  await world.start();
  await world.session(1);
  for (const agent of agents) await world.agent(agent);
  await keepReporting(world, agents, 6);
  return world;
}

let lastSeq = 0;

/** Rises over all worlds of a process. */
export const nextSeq = (): number => (lastSeq += 1);

export async function report(world: ReportingWorld, agents: readonly string[]): Promise<void> {
  const seq = nextSeq();
  for (const agent of agents) await world.report(agent, seq);
}

export async function keepReporting(
  world: ReportingWorld,
  agents: readonly string[],
  minutes: number,
): Promise<void> {
  await report(world, agents);
  for (let passed = 0; passed < minutes; passed += 1) {
    await world.pass(minute);
    await report(world, agents);
  }
}

/** Lets `minutes` pass in which `agents` report, and says who moved on the ladder. */
export async function during(
  world: ReportingWorld,
  minutes: number,
  agents: readonly string[] = [],
): Promise<string[]> {
  const before = world.steps().length;
  await keepReporting(world, agents, minutes);
  return world.steps().slice(before);
}

/** Lets `minutes` pass with these partitions behind, in which `agents` report. */
export async function behind(
  world: ReportingWorld,
  minutes: number,
  partitions: readonly number[],
  agents: readonly string[] = [],
): Promise<void> {
  for (let passed = 0; passed < minutes * 30; passed += 1) {
    if (passed % 30 === 0) await report(world, agents);
    for (const partition of partitions) world.ingestWatch.foundDeep(partition, world.clock.now().getTime());
    await world.pass(2_000);
  }
}

export const crowd = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `crowd-${index}`);
