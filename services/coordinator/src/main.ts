import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { coordinatorModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'coordinator',
  configSchema,
  module: coordinatorModule,
  transports: [RabbitTransport],
});
