import test from 'ava';
import { randomHex } from '#runtime/ids';
import { ConfigError, configuration, loadConfig, type Environment } from '#runtime/config';

const valid = (): Record<string, string> => ({ BSS_API_TOKEN: randomHex(32), BSS_PII_PEPPER: randomHex(32) });

const refusal = (env: Environment): string => {
  try {
    loadConfig({ ...valid(), ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

test('two secrets are all a development installation must be told', (t) => {
  const config = loadConfig(valid());
  t.is(config.currency, 'SGD');
  t.is(config.taxRateBp, 900);
  t.deepEqual(config.msisdnRanges, ['90000000-90000999']);
  t.is(config.databaseUrl, null);
  t.is(config.allowAdmin, true);
  t.true(Object.isFrozen(config));
  t.true(Object.isFrozen(config.identities));
});

test('admin calls and loopback callbacks are on in development only', (t) => {
  t.is(configuration.allowAdmin.fallback, 'false');
  t.is(configuration.hubAllowHosts.fallback, '');
  t.deepEqual(loadConfig(valid()).hubAllowHosts, ['localhost', '127.0.0.1', '::1']);
});

test('an empty BSS_ENV is an absent one', (t) => {
  const { env, allowAdmin, hubAllowHosts } = loadConfig({ ...valid(), BSS_ENV: '' });
  t.deepEqual({ env, allowAdmin, hubs: hubAllowHosts.length }, { env: 'development', allowAdmin: true, hubs: 3 });
});

const refused: readonly { title: string; env: Record<string, string>; message: RegExp }[] = [
  { title: 'a misspelt name', env: { BSS_CURENCY: 'SGD' }, message: /^BSS_CURENCY is not a setting; did you mean BSS_CURRENCY\?$/ },
  { title: 'an unknown name', env: { BSS_FLUX_CAPACITOR: 'on' }, message: /^BSS_FLUX_CAPACITOR is not a setting of BSS-CLI/ },
  { title: 'a number that is a word', env: { BSS_TAX_RATE_BP: '9%' }, message: /^BSS_TAX_RATE_BP must be a whole number 0 to 10000 \(it is "9%"\)\.$/ },
  { title: 'a number above its bound', env: { BSS_TAX_RATE_BP: '10001' }, message: /0 to 10000/ },
  { title: 'yes for true', env: { BSS_REQUIRE_KYC: 'yes' }, message: /^BSS_REQUIRE_KYC must be true or false/ },
  { title: 'a mode nobody knows', env: { BSS_ENV: 'staging' }, message: /development, demo or production/ },
  { title: 'a zone nobody knows', env: { BSS_TIMEZONE: 'Mars/Olympus' }, message: /IANA time zone/ },
  { title: 'a database that is no PostgreSQL', env: { BSS_DATABASE_URL: 'mysql://x' }, message: /postgres:\/\/… or postgresql:\/\/… or local/ },
  { title: 'a short secret', env: { BSS_PII_PEPPER: 'abc123' }, message: /^BSS_PII_PEPPER must have at least 32 characters, it has 6\.$/ },
  { title: 'a stand-in secret', env: { BSS_PII_PEPPER: 'change-me-change-me-change-me-0123' }, message: /^BSS_PII_PEPPER is a stand-in/ },
  { title: 'a secret of one character', env: { BSS_PII_PEPPER: 'x'.repeat(40) }, message: /^BSS_PII_PEPPER repeats/ },
  { title: 'a role nobody knows', env: { BSS_SHOP_API_TOKEN: randomHex(32), BSS_SHOP_API_ROLE: 'root' }, message: /^BSS_SHOP_API_ROLE must be one of/ },
  { title: 'a role without a token', env: { BSS_SHOP_API_ROLE: 'csr' }, message: /set BSS_SHOP_API_TOKEN/ },
  { title: 'a range out of shape', env: { BSS_MSISDN_RANGES: '9000-9999' }, message: /8 digits each/ },
  { title: 'a default list longer than the longest', env: { BSS_LIST_DEFAULT_LIMIT: '2000' }, message: /must not be above/ },
  { title: 'a payment forgotten before the answer that names it', env: { BSS_REFUSED_PAYMENT_RETENTION_DAYS: '1', BSS_IDEMPOTENCY_HOURS: '25' }, message: /^BSS_REFUSED_PAYMENT_RETENTION_DAYS must not be shorter than BSS_IDEMPOTENCY_HOURS/ },
  { title: 'a monitor forgotten before the answer that names it', env: { BSS_MONITOR_RETENTION_DAYS: '1', BSS_IDEMPOTENCY_HOURS: '25' }, message: /^BSS_MONITOR_RETENTION_DAYS must not/ },
  { title: 'production over http', env: { BSS_ENV: 'production' }, message: /https address/ },
  { title: 'production with mail on disk', env: { BSS_ENV: 'production', BSS_PUBLIC_URL: 'https://shop.example.net' }, message: /BSS_EMAIL_PROVIDER=file/ },
];

for (const { title, env, message } of refused) {
  test(`${title} is refused in one sentence`, (t) => {
    t.regex(refusal(env), message);
  });
}

test('a missing required secret is named', (t) => {
  t.throws(() => loadConfig({ BSS_API_TOKEN: randomHex(32) }), { instanceOf: ConfigError, message: /^BSS_PII_PEPPER is required/ });
});

test('two equal secrets are refused without being shown', (t) => {
  const token = randomHex(32);
  const message = refusal({ BSS_API_TOKEN: token, BSS_CRM_API_TOKEN: token });
  t.is(message, 'BSS_API_TOKEN and BSS_CRM_API_TOKEN are equal; give each its own secret.');
});

test('no refusal quotes a secret', (t) => {
  const weak = 'changeme-q7w8e9r0t1y2u3i4o5p6a7s8';
  t.false(refusal({ BSS_SHOP_API_TOKEN: weak }).includes(weak));
  t.false(refusal({ BSS_PII_PEPPER: weak }).includes(weak));
});

test('services act as system, everybody else as csr unless told', (t) => {
  const { identities } = loadConfig({
    ...valid(), BSS_PROVISIONING_SIM_API_TOKEN: randomHex(32), BSS_SHOP_API_TOKEN: randomHex(32),
    BSS_DESK_API_TOKEN: randomHex(32), BSS_DESK_API_ROLE: 'supervisor',
  });
  t.deepEqual(identities.map(({ name, role }) => `${name} ${role}`), ['default system', 'provisioning-sim system', 'shop csr', 'desk supervisor']);
});

test('an empty variable counts as absent', (t) => {
  t.is(loadConfig({ ...valid(), BSS_CURRENCY: '' }).currency, 'SGD');
});

test('every setting has a default that it accepts itself', (t) => {
  for (const setting of Object.values(configuration)) {
    const defaults = [setting.fallback, ...Object.values(setting.fallbackByEnv)].filter((text) => text !== null);
    for (const text of defaults) t.notThrows(() => setting.parse(text), setting.name);
    t.regex(setting.description, /\.$/, setting.name);
  }
});
