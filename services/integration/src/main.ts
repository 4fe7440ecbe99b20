import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { acceptRawBodies } from './adapters/http/raw-bodies';
import { integrationModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'integration',
  configSchema: configSchema,
  module: integrationModule,
  transports: [RabbitTransport],
  http: { configureServer: acceptRawBodies },
});
