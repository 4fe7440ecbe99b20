import type { QueryContract } from '../define/message';
import * as audit from './audit';
import * as controls from './controls';
import * as coordinator from './coordinator';
import * as deadLetters from './dead-letters';
import * as integration from './integration';
import * as orchestrator from './orchestrator';
import * as registry from './registry';
import * as reporting from './reporting';

const isQuery = (value: unknown): value is QueryContract =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'query';

export const queries: readonly QueryContract[] = [
  registry,
  reporting,
  coordinator,
  orchestrator,
  integration,
  audit,
  controls,
  deadLetters,
].flatMap((module) => Object.values<unknown>(module).filter(isQuery));
