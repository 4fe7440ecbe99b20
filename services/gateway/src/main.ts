import { RabbitTransport } from '@ymera/messaging';
import { serviceMain } from '@ymera/service';
import { gatewayModule } from './app.module';
import { configSchema } from './config';

void serviceMain({ name: 'gateway', configSchema, module: gatewayModule, transports: [RabbitTransport] });
