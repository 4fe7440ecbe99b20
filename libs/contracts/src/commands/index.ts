import type { CommandContract } from '../define/message';
import {
  landChange,
  materialiseChange,
  materialiseChangeV1,
  remakeChange,
  withdrawLanding,
} from './integration';
import { cancelWorkflow, resolveGate, startWorkflow } from './orchestrator';

export const commands: readonly CommandContract[] = [
  startWorkflow,
  resolveGate,
  cancelWorkflow,
  materialiseChangeV1,
  materialiseChange,
  remakeChange,
  landChange,
  withdrawLanding,
];
