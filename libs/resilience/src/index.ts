export { policy, type PolicyOptions, type Resilience } from './policy';
