import type { Consumer } from '#events/consumer';
import type { ConstraintRules } from '#runtime/http/error-body';
import type { ServiceName } from '#runtime/services';
import type { Worker } from '#runtime/worker';
import type { Service } from './service.ts';
import type { Sweep } from './sweep.ts';

/** What the host needs of a service. */
export interface Hosted {
  /** Handlers by operation key; the service's own `index.ts` checks them against its stub. */
  readonly routes: object;
  readonly consumers: readonly Consumer[];
  readonly workers: readonly Worker[];
  readonly sweeps?: readonly Sweep[];
  readonly constraintRules?: ConstraintRules;
}

export type Module = (service: Service) => Hosted;

/** Where each service of DOMAIN §2 is made; a process reads only the code of those it hosts. */
export const modules: Readonly<Record<ServiceName, () => Promise<Module>>> = {
  catalog: async () => (await import('./catalog/index.ts')).catalog,
  crm: async () => (await import('./crm/index.ts')).crm,
  payment: async () => (await import('./payment/index.ts')).payment,
  com: async () => (await import('./com/index.ts')).com,
  som: async () => (await import('./som/index.ts')).som,
  subscription: async () => (await import('./subscription/index.ts')).subscription,
  mediation: async () => (await import('./mediation/index.ts')).mediation,
  rating: async () => (await import('./rating/index.ts')).rating,
  billing: async () => (await import('./billing/index.ts')).billing,
  'provisioning-sim': async () => (await import('./provisioning-sim/index.ts')).provisioningSim,
};
