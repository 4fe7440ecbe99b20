import { minute, reportingFixture, type ReportingFixture } from './reporting-fixture';

/** The grace period of the first instance is over, and agents report since. */
export async function online(...agents: string[]): Promise<ReportingFixture> {
  const fixture = reportingFixture();
  await fixture.start();
  await fixture.session(1);
  for (const agent of agents) await fixture.agent(agent);
  await keepReporting(fixture, agents, 6);
  return fixture;
}

let lastSeq = 0;

/** Rises over all fixtures of a process. */
export const nextSeq = (): number => (lastSeq += 1);

export async function report(fixture: ReportingFixture, agents: readonly string[]): Promise<void> {
  const seq = nextSeq();
  for (const agent of agents) await fixture.report(agent, seq);
}

export async function keepReporting(
  fixture: ReportingFixture,
  agents: readonly string[],
  minutes: number,
): Promise<void> {
  await report(fixture, agents);
  for (let passed = 0; passed < minutes; passed += 1) {
    await fixture.pass(minute);
    await report(fixture, agents);
  }
}

/** Lets `minutes` pass in which `agents` report, and returns the changes of sanction levels. */
export async function during(
  fixture: ReportingFixture,
  minutes: number,
  agents: readonly string[] = [],
): Promise<string[]> {
  const before = fixture.steps().length;
  await keepReporting(fixture, agents, minutes);
  return fixture.steps().slice(before);
}

/** Lets `minutes` pass with these partitions behind, in which `agents` report. */
export async function behind(
  fixture: ReportingFixture,
  minutes: number,
  partitions: readonly number[],
  agents: readonly string[] = [],
): Promise<void> {
  for (let passed = 0; passed < minutes * 30; passed += 1) {
    if (passed % 30 === 0) await report(fixture, agents);
    for (const partition of partitions)
      fixture.ingestWatch.foundDeep(partition, fixture.clock.now().getTime());
    await fixture.pass(2_000);
  }
}

export const crowd = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `crowd-${index}`);
