/** Where notifications may be sent (N9, OWASP API7): the guard at the registration and at every send. */
import test from 'ava';
import { isForbidden, isPublic, targetOf } from '../../../handlers/hub/address.ts';
import { listenerUrl } from '../../../handlers/hub/notification.ts';

const closed = [
  '0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
  '::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2001:db8::1',
];
for (const address of closed) test(`${address} is not public`, (t) => { t.false(isPublic(address)); });
for (const address of ['8.8.8.8', '172.32.0.1', '192.167.255.255', '2606:4700::1111', '2a00:1450:4001::1']) test(`${address} is public`, (t) => { t.true(isPublic(address)); });
test('what is no address is not public', (t) => { t.false(isPublic('localhost')); });

const forbidden: readonly (readonly [callback: string, why: RegExp])[] = [
  ['http://93.184.216.34/', /not https/], ['ftp://93.184.216.34/', /scheme is ftp/], ['file:///etc/passwd', /scheme is file/], ['notifications', /no absolute URL/],
  ['https://127.0.0.1/', /not public/], ['https://2130706433/', /not public/], ['https://0x7f.1/', /not public/], ['https://0177.0.0.1/', /not public/],
  ['https://localhost/', /not public/], ['https://localhost./', /not public/], ['https://[::1]/', /not public/], ['https://[::ffff:10.0.0.1]/', /not public/],
  ['https://169.254.169.254/latest/meta-data', /not public/], ['https://user:word@93.184.216.34/', /credentials/], ['https://nowhere.invalid/', /no address/],
];
for (const [callback, why] of forbidden) {
  test(`nothing is sent to ${callback}`, async (t) => {
    const found = await targetOf(callback, []);
    t.true(isForbidden(found) && why.test(found.why), JSON.stringify(found));
  });
}

test('a public address may be called over https, at the address that was looked at', async (t) => {
  t.like(await targetOf('https://93.184.216.34:8443/a', []), { address: '93.184.216.34', family: 4 });
});

test('an allowed host may be any address and needs no https, its neighbours do', async (t) => {
  t.like(await targetOf('http://127.0.0.1:8080/', ['127.0.0.1']), { address: '127.0.0.1', family: 4 });
  t.like(await targetOf('http://[::1]:8080/', ['::1']), { address: '::1', family: 6 });
  t.true(isForbidden(await targetOf('http://127.0.0.2/', ['127.0.0.1'])));
  t.true(isForbidden(await targetOf('ftp://127.0.0.1/', ['127.0.0.1'])));
});

const places: readonly (readonly [callback: string, want: string])[] = [
  ['https://a.example/in', 'https://a.example/in/listener/productOrderCreateEvent'],
  ['https://a.example/', 'https://a.example/listener/productOrderCreateEvent'],
  ['https://a.example/in/listener', 'https://a.example/in/listener/productOrderCreateEvent'],
  ['https://a.example/in/?key=1', 'https://a.example/in/listener/productOrderCreateEvent?key=1'],
  ['https://a.example/listener/everything', 'https://a.example/listener/everything'],
];
for (const [callback, want] of places) {
  test(`a notification for ${callback} goes to ${want}`, (t) => { t.is(listenerUrl(new URL(callback), 'ProductOrderCreateEvent').href, want); });
}
