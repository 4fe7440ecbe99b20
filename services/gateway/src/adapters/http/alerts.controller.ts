import { Controller, Inject } from '@nestjs/common';
import { listAlertsRoute } from '@ymera/contracts';
import { Input, Route, type RouteInput } from '@ymera/http';
import { FailureException } from '@ymera/kernel';
import { ListAlerts } from '../../application/list-alerts';

@Controller()
export class AlertsController {
  constructor(@Inject(ListAlerts) private readonly alerts: ListAlerts) {}

  @Route(listAlertsRoute)
  async list(@Input() { query }: RouteInput<typeof listAlertsRoute>): Promise<unknown> {
    const page = await this.alerts.execute(query);
    if (!page.ok) throw new FailureException(page.error);
    return page.value;
  }
}
