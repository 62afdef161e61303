/** Commands that list what an id may name, by the resource of a 404. */
const lists: Readonly<Record<string, string>> = {
  customer: 'customer list', productOrder: 'order list', subscription: 'subscription list', customerBill: 'bill list', case: 'case list', troubleTicket: 'ticket list',
  productOffering: 'catalog list', msisdn: 'inventory msisdn-list', esim: 'inventory esim-list', task: 'prov tasks', faultRule: 'prov fault', hub: 'hub list',
};

/** `bss customer list` after `There is no customer CUST-999.`; undefined where no command lists such things. */
export function whereListed(message: string): string | undefined {
  const [, noun = '', id = ''] = /^There is no (\w+) (\S+)\.$/.exec(message) ?? [];
  // A subscription to notifications is called as a line is.
  const list = lists[id.startsWith('HUB-') ? 'hub' : noun];
  return list === undefined ? undefined : `\`bss ${list}\` lists what there is.`;
}
