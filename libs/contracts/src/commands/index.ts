import type { CommandContract } from '../define/message';
import { landChange, materialiseChange, remakeChange, withdrawLanding } from './integration';
import { cancelWorkflow, resolveGate, startWorkflow } from './orchestrator';

export const commands: readonly CommandContract[] = [
  startWorkflow,
  resolveGate,
  cancelWorkflow,
  materialiseChange,
  remakeChange,
  landChange,
  withdrawLanding,
];
