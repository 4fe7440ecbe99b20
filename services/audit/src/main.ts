import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { auditModule } from './app.module';
import { configSchema } from './config';

void serviceMain({ name: 'audit', configSchema, module: auditModule, transports: [RabbitTransport] });
