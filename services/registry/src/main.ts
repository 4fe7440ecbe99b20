import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { registryModule } from './app.module';
import { registryEnvironment } from './config';

void serviceMain({
  name: 'registry',
  configSchema: registryEnvironment,
  module: registryModule,
  transports: [RabbitTransport],
  http: { acceptForms: true },
});
