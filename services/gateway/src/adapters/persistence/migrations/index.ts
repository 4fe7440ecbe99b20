import { messagingMigrations, type MigrationClass } from '@ymera/persistence';
import { AggregatedAlerts1767225600031 } from './aggregated-alerts';
import { Alerts1767225600020 } from './alerts';
import { GatewayTables1764000000000 } from './gateway-tables';

/** The gateway publishes no events of its own; the outbox holds deliveries that wait for their next attempt. */
export const migrations: MigrationClass[] = [
  ...messagingMigrations,
  GatewayTables1764000000000,
  Alerts1767225600020,
  AggregatedAlerts1767225600031,
];
