import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { coordinatorModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'coordinator',
  configSchema,
  module: coordinatorModule,
  transports: [RabbitTransport],
});
