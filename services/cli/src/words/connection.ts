import { duration } from '../terminal/duration';

export const lostWords = (giveUpMs: number): string =>
  `The connection to the gateway is lost; retrying for ${duration(giveUpMs)}. The request continues.`;

export const backWords = 'The connection to the gateway is restored.';
