import type { Consumer } from '#events/consumer';
import type { Service } from '../service.ts';
import { followUsage } from './progress.ts';

export const consumers = (service: Service): Consumer[] => [
  {
    name: 'mediation.usage',
    types: ['usage.rated', 'usage.rejected', 'subscription.usage_applied'],
    apply: (tx, event) => followUsage(tx, service, event),
  },
];
