import { describeCancels } from './support/cancels';

// Mission: D2
describe('canceling a request', () => {
  describeCancels(1);
});
