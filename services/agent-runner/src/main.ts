import { processMain } from '@ymera/service/process';
import { startRunner } from './app/runner';
import { configSchema } from './config';

/** Agents may use all of `YMERA_DRAIN_SECONDS`; then they are canceled, leave the broker, and spans are exported. */
const closeSeconds = 10;

void processMain({
  name: 'agent-runner',
  configSchema,
  start: startRunner,
  maxStopSeconds: ({ YMERA_DRAIN_SECONDS }) => YMERA_DRAIN_SECONDS + closeSeconds,
});
