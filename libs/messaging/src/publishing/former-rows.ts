import {
  commands,
  events,
  replacedExchanges,
  userBeside,
  type OutgoingMessage,
  type ServiceIdentity,
  type ServiceName,
} from '@ymera/contracts';
import { formerPrincipalHeader, headerNames } from '../headers';

function formerSender({ type, headers, vhost }: OutgoingMessage, own: ServiceIdentity): string | undefined {
  if (vhost === 'agents') {
    const principal = headers[formerPrincipalHeader];
    return typeof principal === 'string' ? principal : undefined;
  }
  const sender: ServiceName | undefined =
    events.find(({ key }) => key === type)?.owner ?? commands.find(({ key }) => key === type)?.senders[0];
  return sender && userBeside(own, sender);
}

/**
 * A stored message as this version stores it. Earlier versions named other exchanges, and did not store who sent a message that
 * waits for its retry: it was believed then, so one of its possible senders is named.
 */
export function asStoredNow<Row extends OutgoingMessage>(row: Row, own: ServiceIdentity): Row {
  const exchange = replacedExchanges[row.exchange];
  if (exchange !== undefined) return { ...row, exchange };
  if (row.exchange !== '' || headerNames.sender in row.headers) return row;
  const sender = formerSender(row, own);
  return sender === undefined ? row : { ...row, headers: { ...row.headers, [headerNames.sender]: sender } };
}
