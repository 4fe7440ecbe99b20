import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { acceptRawBodies } from './adapters/http/raw-bodies';
import { integrationModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'integration',
  configSchema,
  module: integrationModule,
  transports: [RabbitTransport],
  http: { configureServer: acceptRawBodies },
});
