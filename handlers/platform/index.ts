import type { Database } from '#db/database';
import type { PlatformHandlers } from '#generated/stubs/platform';
import type { Service } from '../service.ts';
import type { Sweep } from '../sweep.ts';
import { operatorHandlers } from '../hub/operator.ts';
import { auditHandlers } from './audit.ts';
import { clockHandlers } from './clock.ts';
import { messageHandlers } from './message.ts';
import type { SharedClock } from './shared-clock.ts';
import { sweepHandlers } from './sweep.ts';

/** What the operations every service answers work with. */
export interface PlatformParts {
  /** The one whose port was asked. */
  readonly service: Service;
  /** Of the platform role: ledger, clock and queues; one per process. */
  readonly database: Database;
  /** One per process. */
  readonly clock: SharedClock;
  /** Names of the consumers of the service asked. */
  readonly consumers: readonly string[];
  /** Wakes a consumer of this process, `EmbeddedBus.nudge`. */
  readonly nudge: (consumer: string) => void;
  /** Wakes the sender of notifications of this process. */
  readonly nudgeHubs: () => void;
  /** Those of the service asked. */
  readonly sweeps: readonly Sweep[];
  /** Those of every service in this process: an advance of the clock runs them in order of time. */
  readonly allSweeps: readonly Sweep[];
}

/**
 * Routes of `/bss-api/audit/v1` and `/bss-api/admin/v1`, mounted on every port: ledger, clock and
 * subscriptions are the same everywhere, messages and sweeps are those of the service asked (specs/bss/admin.yaml).
 */
export const platform = (parts: PlatformParts): PlatformHandlers => ({
  ...auditHandlers(parts.service, parts.database),
  ...clockHandlers(parts.service, parts.clock, parts.allSweeps),
  ...messageHandlers(parts),
  ...operatorHandlers({ service: parts.service, database: parts.database, nudge: parts.nudgeHubs }),
  ...sweepHandlers(parts.service, parts.sweeps),
});
