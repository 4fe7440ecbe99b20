import { describeAttempts } from './attempts.contract';
import { describeDirectory } from './directory.contract';
import { describeDispatch } from './dispatch.contract';
import { describeWorkflows } from './workflows.contract';
import { type OpenStores, StoresUnderTest } from './stores-under-test';
import { describeTimers } from './timers.contract';

/** What every implementation of the stores must do; runs on the fake and on PostgreSQL. */
export function describeStores(name: string, open: () => Promise<OpenStores>): void {
  describe(`the stores, ${name}`, () => {
    const stores = new StoresUnderTest();
    beforeAll(() => stores.open(open), 60_000);
    afterAll(() => stores.close());

    describe('runs, gates and pauses', () => describeWorkflows(stores));
    describe('timers', () => describeTimers(stores));
    describe('attempts', () => describeAttempts(stores));
    describe('the queue and who is free', () => describeDispatch(stores));
    describe('the directory of agents', () => describeDirectory(stores));
  });
}
