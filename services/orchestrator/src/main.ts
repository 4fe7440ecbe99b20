import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { orchestratorModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'orchestrator',
  configSchema,
  module: orchestratorModule,
  transports: [RabbitTransport],
});
