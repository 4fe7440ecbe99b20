import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { orchestratorModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'orchestrator',
  configSchema,
  module: orchestratorModule,
  transports: [RabbitTransport],
});
