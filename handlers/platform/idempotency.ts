import { StoredAnswers } from '#db/idempotency';
import { purgeInbox } from '#db/inbox';
import type { Worker } from '#runtime/worker';
import type { Service } from '../service.ts';

const purgeEveryMs = 600_000;

/** First answers of a service by Idempotency-Key, kept for BSS_IDEMPOTENCY_HOURS. */
export const storedAnswers = ({ db, config }: Pick<Service, 'db' | 'config'>): StoredAnswers =>
  new StoredAnswers(db, { hours: config.idempotencyHours, leaseMs: config.leaseSeconds * 1000 });

/** Deletes answers whose time is over. */
export const purgeWorker = (service: Service, answers: StoredAnswers): Worker =>
  service.worker({ name: 'idempotency_purge', everyMs: purgeEveryMs, run: () => answers.purge() });

/** Forgets events that no bus delivers again. */
export function inboxWorker(service: Service): Worker {
  let isFirst = true; // what a stop of a week left unconfirmed is delivered again right after the start
  const run = (): Promise<boolean> => {
    if (!isFirst) return purgeInbox(service.db);
    isFirst = false;
    return Promise.resolve(false);
  };
  return service.worker({ name: 'inbox_purge', everyMs: purgeEveryMs, run });
}
