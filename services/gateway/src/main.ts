import { serviceMain } from '@ymera/http';
import { RabbitTransport } from '@ymera/messaging';
import { gatewayModule } from './app.module';
import { configSchema } from './config';

void serviceMain({ name: 'gateway', configSchema, module: gatewayModule, transports: [RabbitTransport] });
