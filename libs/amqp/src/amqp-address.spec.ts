import { amqpAddress } from './amqp-address';

it.each([
  [
    { url: 'amqp://us%40er:pa%2Fss@broker:5673', vhost: '/agents' },
    {
      protocol: 'amqp',
      hostname: 'broker',
      port: 5673,
      username: 'us@er',
      password: 'pa/ss',
      vhost: '%2Fagents',
    },
  ],
  [
    { url: 'amqps://broker', vhost: 'a b' },
    { protocol: 'amqps', hostname: 'broker', username: 'guest', password: 'guest', vhost: 'a%20b' },
  ],
  [
    { url: 'amqp://other:one@[::1]:1/path', vhost: '/', username: 'me', password: 'mine' },
    { protocol: 'amqp', hostname: '::1', port: 1, username: 'me', password: 'mine', vhost: '%2F' },
  ],
])('reads %j', (parts, address) => {
  expect(amqpAddress(parts)).toEqual(address);
});
