import { duration } from '../terminal/duration';

export const lostWords = (giveUpMs: number): string =>
  `The connection to the gateway is lost; it is tried again for ${duration(giveUpMs)}. The request goes on.`;

export const backWords = 'The connection to the gateway is back.';
