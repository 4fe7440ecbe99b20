import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { reportingModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'reporting',
  configSchema: configSchema,
  module: reportingModule,
  transports: [RabbitTransport],
});
