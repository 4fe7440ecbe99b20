import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { registryModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'registry',
  configSchema,
  module: registryModule,
  transports: [RabbitTransport],
  http: { acceptForms: true },
});
