import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { auditModule } from './app.module';
import { configSchema } from './config';

void serviceMain({ name: 'audit', configSchema, module: auditModule, transports: [RabbitTransport] });
