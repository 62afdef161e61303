import test from 'ava';
import { ScriptedStack } from './scripted-stack.ts';

/** What is typed wrong, and the sentence about it. A filter nobody knows would else show an empty list. */
const slips: readonly (readonly [line: string, said: RegExp])[] = [
  ['customer list --state actve', /^bss: --state is one of prospect, active, suspended, closed; did you mean active\?\n$/],
  ['order list --state runs', /^bss: --state is one of acknowledged, .+, not "runs"\.\n$/],
  ['interaction list --direction up', /^bss: --direction is one of inbound, outbound/],
  ['interaction list --state done', /^bss: --state is one of open, inProgress, completed/],
  ['usage history --kind fax', /^bss: --kind is one of data, voice, sms/],
  ['usage history --status new', /^bss: --status is one of received, /],
  ['usage history --since yesterday', /^bss: --since takes a time such as/],
  ['usage simulate 90000005 data x --yes', /^bss: x is no quantity of data:/],
  ['usage simulate 90000005 fax 1 --yes', /^bss: The kind of usage is one of/],
  ['events list --type nonsense', /^bss: --type takes an event such as order\.completed, or order\.\* for all of an area; it is "nonsense"\.\n$/],
  ['events list --kind ordr', /^bss: --kind is one of .+; did you mean order\?\n$/],
  ['ticket open service_outage HLR --severity x', /^bss: --severity is one of critical, high, normal, low/],
  ['customer create Ada --date-of-birth 31.12.1990', /^bss: --date-of-birth takes a day such as 1990-12-31; it is "31\.12\.1990"\.\n$/],
  ['customer create Ada --date-of-birth 1990-02-30', /^bss: --date-of-birth takes a day/],
  ['customer kyc-attest CUST-022 --date-of-birth x', /^bss: --date-of-birth takes a day/],
  ['catalog list --at 2026-02-30', /^bss: --at takes a time/],
  ['clock advance banana --yes', /^bss: Say how far as days, hours, minutes and seconds, such as 31d or "1h 30m"; it is "banana"\.\n$/],
];
for (const [line, said] of slips) {
  test(`bss ${line}: is told what it takes, and no service is asked`, async (t) => {
    const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': { body: { now: '2026-11-22T09:15:00.000Z', frozen: false, offsetMs: 0 } } });
    const { code, stdout, stderr } = await stack.bss(line.split(' '));
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, said);
    t.deepEqual(stack.seen.filter(({ path }) => !path.endsWith('/clock')), []);
  });
}
