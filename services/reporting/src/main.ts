import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { reportingModule } from './app.module';
import { reportingEnvironment } from './config';

void serviceMain({
  name: 'reporting',
  configSchema: reportingEnvironment,
  module: reportingModule,
  transports: [RabbitTransport],
});
