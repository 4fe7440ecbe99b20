import type { CommandContract } from '../define/message';
import { landChange, materialiseChange } from './integration';
import { cancelWorkflow, resolveGate, startWorkflow } from './orchestrator';

export const commands: readonly CommandContract[] = [
  startWorkflow,
  resolveGate,
  cancelWorkflow,
  materialiseChange,
  landChange,
];
