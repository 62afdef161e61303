import type { components } from '#generated/types/inventory';
import { card } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';

type Esim = components['schemas']['Esim'];

/** A profile with the code a phone scans or types; composed by `bss inventory esim-show`. */
export type EsimView = Omit<Esim, '@type'> & { readonly '@type': 'EsimView'; readonly activationCode: string | null };

export function renderEsim(view: EsimView, look: Look): string {
  const device = view.eid ? `   device ${clean(view.eid)}` : '';
  const owner = [view.msisdn, view.customerId, view.reservedBy].filter(Boolean).map((id) => clean(String(id))).join('   ');
  const code = view.activationCode ? ['Settings > add eSIM > enter code', clean(view.activationCode)] : ['no activation code: no order holds this profile'];
  return card({
    title: 'eSIM',
    marks: [view.subscriptionId ? clean(view.subscriptionId) : '', clean(view.iccid), stateText(view.status, look)],
    lines: [`imsi ${clean(view.imsi)}${device}`, owner, ...code].filter((line) => line !== ''),
  }, look);
}
