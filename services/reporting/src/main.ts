import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { reportingModule } from './app.module';
import { configSchema } from './config';

void serviceMain({
  name: 'reporting',
  configSchema,
  module: reportingModule,
  transports: [RabbitTransport],
});
