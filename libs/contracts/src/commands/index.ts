import type { CommandContract } from '../define/message';
import {
  landChange,
  materialiseChange,
  materialiseChangeV1,
  remakeChange,
  withdrawLanding,
} from './integration';
import { cancelWorkflow, resolveGate, resolveGateV1, startWorkflow } from './orchestrator';

export const commands: readonly CommandContract[] = [
  startWorkflow,
  resolveGate,
  resolveGateV1,
  cancelWorkflow,
  materialiseChangeV1,
  materialiseChange,
  remakeChange,
  landChange,
  withdrawLanding,
];
