import { describeAttempts } from './attempts.contract';
import { describeDirectory } from './directory.contract';
import { describeDispatch } from './dispatch.contract';
import { describeWorkflows } from './workflows.contract';
import { type OpenStores, StoresUnderTest } from './stores-under-test';
import { describeTimers } from './timers.contract';

/** The contract of every implementation of the stores; runs on the fake and on PostgreSQL. */
export function describeStores(name: string, open: () => Promise<OpenStores>): void {
  describe(`the orchestrator stores (${name})`, () => {
    const stores = new StoresUnderTest();
    beforeAll(() => stores.open(open), 60_000);
    afterAll(() => stores.close());

    describe('workflows, gates and pauses', () => describeWorkflows(stores));
    describe('timers', () => describeTimers(stores));
    describe('attempts', () => describeAttempts(stores));
    describe('the dispatch queue', () => describeDispatch(stores));
    describe('the directory of agents', () => describeDirectory(stores));
  });
}
