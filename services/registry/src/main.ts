import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { registryModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'registry',
  configSchema: configSchema,
  module: registryModule,
  transports: [RabbitTransport],
  http: { acceptForms: true },
});
