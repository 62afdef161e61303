import { action } from './action.ts';
import { rule } from './rule.ts';

/** Subscriptions of one installation: each costs a delivery per event. */
export const hubsMax = 50;

export interface HubFacts {
  readonly api: string;
  readonly callback: string;
  /** Host the callback names, as far as it names one. */
  readonly host: string;
  /** Why nothing may be sent there; null when it may. */
  readonly forbidden: string | null;
  /** Subscriptions there are. */
  readonly count: number;
}

export const callbackForbidden = rule<HubFacts>({
  code: 'hub.create.callback_forbidden',
  title: 'Notifications are not sent to this address.',
  when: 'scheme or address (F11)',
  check: ({ forbidden }) => forbidden === null,
  context: ({ api, host, forbidden }) => ({ api, host, why: forbidden }),
  fix: () => [{ hint: 'Name a public https URL; hosts of your own network are allowed by BSS_HUB_ALLOW_HOSTS.' }],
  message: ({ forbidden }) => `Notifications are not sent to this address: ${forbidden}.`,
});

export const hubLimitReached = rule<HubFacts>({
  code: 'hub.create.limit_reached',
  title: `There are ${hubsMax} subscriptions already.`,
  when: `${hubsMax} hubs`,
  check: ({ count }) => count < hubsMax,
  context: ({ api, count }) => ({ api, limit: hubsMax, count }),
  fix: () => [{ hint: 'Delete one that nobody reads any more: `bss hub list` shows them.' }],
});

export interface ReplayFacts {
  readonly hubId: string;
  /** Deliveries that were given up. */
  readonly parked: number;
}

export const nothingParked = rule<ReplayFacts>({
  code: 'hub.replay.nothing_parked',
  title: 'Nothing was given up for this subscription.',
  when: 'no delivery of the subscription is parked',
  check: ({ parked }) => parked > 0,
  context: ({ hubId }) => ({ hubId }),
  fix: () => [{ hint: '`bss hub show` tells what has arrived and what is still tried.' }],
});

export const createHub = action<'hub.create', HubFacts>('hub.create', [callbackForbidden, hubLimitReached]);
export const deleteHub = action('hub.delete');
export const replayHub = action<'hub.replay', ReplayFacts>('hub.replay', [nothingParked]);
