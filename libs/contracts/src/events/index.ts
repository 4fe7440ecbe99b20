import type { EventContract } from '../define/message';
import * as controls from './controls';
import * as coordinator from './coordinator';
import * as deadLetters from './dead-letters';
import * as integration from './integration';
import * as orchestrator from './orchestrator';
import * as registry from './registry';
import * as reporting from './reporting';

const isEvent = (value: unknown): value is EventContract =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'event';

/** All events; documents, topology and tests are derived from them. */
export const events: readonly EventContract[] = [
  registry,
  reporting,
  coordinator,
  orchestrator,
  integration,
  controls,
  deadLetters,
].flatMap((module) => Object.values<unknown>(module).filter(isEvent));
