import type { CommandContract } from '../define/message';
import { landChange, materialiseChange, remakeChange, withdrawLanding } from './integration';
import { cancelWorkflow, resolveGate, resolveGateV1, startWorkflow } from './orchestrator';

export const commands: readonly CommandContract[] = [
  startWorkflow,
  resolveGate,
  resolveGateV1,
  cancelWorkflow,
  materialiseChange,
  remakeChange,
  landChange,
  withdrawLanding,
];
