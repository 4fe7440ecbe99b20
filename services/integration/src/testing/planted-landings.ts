import { uuidv7 } from '@ymera/kernel';
import type { Change } from '../domain/change';
import { landOrder, type LandOrder } from './integration-environment';

/** An order that differs from the valid one for `change` in one respect; `older` is another change of the project. */
export interface PlantedLanding {
  readonly name: string;
  readonly plant: (change: Change, older: Change) => LandOrder;
  /** The expected code. */
  readonly code: string;
}

const planted = (name: string, code: string, plant: PlantedLanding['plant']): PlantedLanding => ({
  name,
  plant,
  code,
});

/** `more` of the order, beside the valid evidence. */
const but = (change: Change, more: Partial<LandOrder>): LandOrder => ({ ...landOrder(change), ...more });

/** Evidence about something else, in every possible way. */
export const plantedLandings: readonly PlantedLanding[] = [
  planted('a verdict of an older tree', 'verdict_mismatch', (change, older) =>
    landOrder(change, { verdict: landOrder(older).verdict }),
  ),
  planted('a verdict by the producer', 'verdict_by_producer', (change) =>
    landOrder(change, { verdict: { ...landOrder(change).verdict, agent_id: change.agentId } }),
  ),
  planted('a verdict by the producer under another name', 'change_mismatch', (change) =>
    landOrder(change, {
      verdict: { ...landOrder(change).verdict, agent_id: change.agentId },
      producer_agent_id: 'another-agent',
    }),
  ),
  planted('a rejecting verdict', 'verdict_rejected', (change) =>
    landOrder(change, { verdict: { ...landOrder(change).verdict, approved: false } }),
  ),
  planted('the approval of another change, replayed', 'approval_mismatch', (change, older) => {
    const { approval } = landOrder(older);
    return but(change, approval ? { approval } : {});
  }),
  planted('the approval of an earlier verdict on the same tree, replayed', 'approval_mismatch', (change) =>
    but(change, { verdict: { ...landOrder(change).verdict, policy_version: '2' } }),
  ),
  planted('no approval', 'approval_missing', (change) => {
    const { approval: _, ...unapproved } = landOrder(change);
    return unapproved;
  }),
  planted('tests of an older tree', 'tests_mismatch', (change, older) =>
    but(change, { tests: landOrder(older).tests }),
  ),
  planted('a test statement that says passed while the command failed', 'tests_failed', (change) =>
    but(change, { tests: { ...landOrder(change).tests, exit_code: 1 } }),
  ),
  planted('a test statement with a failure and exit code 0', 'tests_failed', (change) =>
    but(change, { tests: { ...landOrder(change).tests, failed: 1 } }),
  ),
  planted('a tree that is not the commit’s', 'change_mismatch', (change, older) =>
    but(change, { tree: older.tree }),
  ),
  planted('a commit of another change', 'change_mismatch', (change, older) =>
    but(change, { commit: older.commit }),
  ),
  planted('another base', 'change_mismatch', (change) => but(change, { base: '1'.repeat(40) })),
  planted('the run of another request', 'change_mismatch', (change) =>
    but(change, { workflow_id: uuidv7() }),
  ),
  planted('an unknown change', 'change_unknown', (change) => but(change, { change_id: uuidv7() })),
  planted('an unregistered project', 'project_not_found', (change) => but(change, { project_id: 'other' })),
];
