import type { Database } from '#db/database';
import type { Consumer } from '#events/consumer';
import type { Clients } from '#generated/clients';
import type { ResourceKey } from '#generated/resources';
import type { Clock } from '#runtime/clock';
import type { Config } from '#runtime/config';
import type { Logger } from '#runtime/logger';
import type { ConstraintRules } from '#runtime/http/error-body';
import type { ServiceName } from '#runtime/services';
import type { Worker, WorkerOptions } from '#runtime/worker';
import type { Sweep } from './sweep.ts';

/** What a service's code is given; everything else it imports is pure or generated. */
export interface Service {
  readonly name: ServiceName;
  readonly db: Database;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  /** Absolute URL of a path of this service, e.g. `/tmf-api/…/productOrder/ORD-001`. */
  href(path: string): string;
  /** Absolute URL of a path of another service. */
  hrefOf(service: ServiceName, path: string): string;
  /** Keeps what a resource looks like, while anybody is to be told of its end: before it is removed without a request. */
  keepRemains(key: ResourceKey, id: string): Promise<void>;
  /** Makes a background loop; the host starts and stops it. */
  worker(options: Pick<WorkerOptions, 'name' | 'everyMs' | 'run' | 'drain'>): Worker;
}

/** Shape of every `handlers/<service>/index.ts`. */
export interface ServiceParts<Handlers> {
  readonly routes: Handlers;
  readonly consumers: readonly Consumer[];
  readonly workers: readonly Worker[];
  /** Work that falls due with time: a loop does it, an operator may run it at once. */
  readonly sweeps?: readonly Sweep[];
  /** What a change that another one overtook is refused with; a constraint without a rule answers 409. */
  readonly constraintRules?: ConstraintRules;
}

export type ServiceModule<Handlers> = (service: Service) => ServiceParts<Handlers>;
