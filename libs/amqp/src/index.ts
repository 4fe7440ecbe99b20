export { amqpAddress, type AmqpAddress } from './amqp-address';
export { isAccessRefused, openConnection, type OpenOptions } from './open-connection';
export {
  ReconnectingChannel,
  type ChannelEpoch,
  type ChannelSource,
  type ReconnectingChannelOptions,
} from './reconnecting-channel';
export { ReconnectingConnection, type ReconnectingConnectionOptions } from './reconnecting-connection';
export { unreadableHeaders } from './readable-headers';
