/** Addresses in answers lead back here from where the request came (TMF.md §2 "POST"). */
import test from 'ava';
import { startStack } from '../support/stack.ts';
import { Wire } from './wire.ts';

const path = '/tmf-api/troubleTicket/v4/troubleTicket';
const body = '{"description":"no network","severity":"High","ticketType":"other"}';

async function addresses(t: Parameters<typeof startStack>[0], env: Record<string, string>, host: string): Promise<string[]> {
  const stack = await startStack(t, { services: ['crm'], env });
  const wire = new Wire(stack);
  t.teardown(() => wire.close());
  const { headers: { location = '' }, text } = await wire.send({ service: 'crm', method: 'POST', path, headers: { host }, body });
  const list = await wire.send({ service: 'crm', method: 'GET', path: `${path}?limit=1`, headers: { host } });
  const link = /<([^>]+)>; rel="self"/.exec(String(list.headers['link']))?.[1] ?? '';
  const { port } = new URL(stack.baseUrl('crm'));
  return [location, (JSON.parse(text) as { href: string }).href, link].map((address) => new URL(address).origin.replace(`:${port}`, ':port'));
}

const three = (origin: string): string[] => [origin, origin, origin];

test('a caller from another machine gets the name it has for this one', async (t) => {
  t.deepEqual(await addresses(t, { BSS_LISTEN_HOST: '0.0.0.0' }, 'bss.example.net:8002'), three('http://bss.example.net:port'));
});

test('what is no name of a machine is not repeated', async (t) => {
  t.deepEqual(await addresses(t, { BSS_LISTEN_HOST: '0.0.0.0' }, 'evil.example/?x'), three('http://localhost:port'));
});

test('where only this machine can call, no header tells another name', async (t) => {
  t.deepEqual(await addresses(t, {}, 'bss.example.net'), three('http://localhost:port'));
});

test('the address the operator has set counts, whatever the request says', async (t) => {
  t.deepEqual(await addresses(t, { BSS_LISTEN_HOST: '0.0.0.0', BSS_PUBLIC_URL: 'https://api.example.net' }, 'bss.example.net:8002'), three('https://api.example.net'));
});
