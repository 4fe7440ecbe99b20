import { InMemoryUnitOfWork } from '@ymera/testing';
import { defaultWorkflowPolicy } from '../../domain/workflow/workflow-policy';
import type { OrchestratorStores } from '../../application/ports';
import { emptyState, type OrchestratorState } from './in-memory-state';
import { inMemoryStores } from './in-memory-stores';
import { describeStores } from './store-contract';

describeStores('in memory', async () => ({
  unitOfWork: new InMemoryUnitOfWork<OrchestratorState, OrchestratorStores>(emptyState(), (state) =>
    inMemoryStores(state, defaultWorkflowPolicy, Date.now),
  ),
  close: async () => undefined,
}));
