import { describeCancels } from './support/cancels';

describe('canceling fifty requests', () => {
  describeCancels(5);
});
