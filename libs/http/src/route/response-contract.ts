import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { routeOf } from './route';

/** An answer that its contract does not describe is a bug: it fails the test that provoked it. */
@Injectable()
export class ResponseContract implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const contract = routeOf(context.getHandler());
    if (!contract || contract.produces === 'text/event-stream') return next.handle();
    return next.handle().pipe(
      map((answer: unknown) => {
        contract.response.parse(answer);
        return answer;
      }),
    );
  }
}
