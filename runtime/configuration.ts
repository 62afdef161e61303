import { roles } from './context.ts';
import { checkSecret, choice, flag, integer, list, optionalText, pattern, secret, text, timeZone, url } from './setting.ts';

const wholeYears = 3660;
const loopback = 'localhost,127.0.0.1,::1';

const installation = {
  env: choice('BSS_ENV', ['development', 'demo', 'production'], 'Mode. Demo and production need an https public URL and real mail; production refuses every mock.'),
  home: optionalText('BSS_HOME', 'Folder of secrets, logs, run state and the embedded database; by default .bss in the project.'),
  operatorName: text('BSS_OPERATOR_NAME', 'BSS-CLI Mobile', 'Name of the operator on receipts, mails and portals.'),
  publicUrl: pattern('BSS_PUBLIC_URL', 'http://localhost', /^https?:\/\/[^/\s]+$/, 'http(s)://host without a path', 'Address customers use; absolute hrefs and links in mails start with it.'),
  listenHost: choice('BSS_LISTEN_HOST', ['127.0.0.1', '0.0.0.0', '::'], 'Who reaches the services: this machine only, or every machine over IPv4, or over IPv6 too.'),
  portBase: integer('BSS_PORT_BASE', 8000, [0, 65000], 'port', 'Services listen on the ports behind it, from catalog on + 1 to provisioning-sim on + 10; 0 takes free ones.'),
  databaseUrl: url('BSS_DATABASE_URL', 'local', ['postgres:', 'postgresql:'], 'local', 'PostgreSQL 16 server, as a role that may create roles and schemas; local starts the embedded one.'),
  amqpUrl: url('BSS_AMQP_URL', 'local', ['amqp:', 'amqps:'], 'local', 'RabbitMQ server; local delivers events from the database.'),
  validate: choice('BSS_VALIDATE', ['compiled', 'referee'], 'Which validator guards the routes: compiled ahead of time, or express-openapi-validator.'),
  allowAdmin: flag('BSS_ALLOW_ADMIN', false, 'Whether clock, reset, sweeps and simulated usage may be called.', { fallbackByEnv: { development: 'true' } }),
  traceSource: choice('BSS_TRACE_SOURCE', ['auto', 'jaeger', 'embedded'], 'Where the tracing view reads spans.'),
};

const secrets = {
  apiToken: secret('BSS_API_TOKEN', 'Token of the identity "default", role system.'),
  piiPepper: secret('BSS_PII_PEPPER', 'Key of the hashes of document numbers.'),
  hubSecret: optionalText('BSS_HUB_SECRET', 'Key of the signature on hub deliveries; without it they are not signed.', { secret: true }),
};

const money = {
  currency: pattern('BSS_CURRENCY', 'SGD', /^[A-Z]{3}$/, 'an ISO 4217 code', 'Currency of every price.'),
  timezone: timeZone('BSS_TIMEZONE', 'Asia/Singapore', 'Zone in which periods begin and end.'),
  taxInclusive: flag('BSS_TAX_INCLUSIVE', true, 'Whether prices include tax.'),
  taxRateBp: integer('BSS_TAX_RATE_BP', 900, [0, 10_000], 'basis points', 'Tax rate in basis points; 900 is 9 %.'),
};

const numbers = {
  countryCode: pattern('BSS_COUNTRY_CODE', '65', /^[1-9]\d{0,2}$/, 'an E.164 country code', 'Country code of the MSISDNs and ICCIDs.'),
  msisdnLength: integer('BSS_MSISDN_LENGTH', 8, [5, 12], 'digits', 'Digits of a national number.'),
  msisdnRanges: list('BSS_MSISDN_RANGES', '90000000-90000999', 'Number ranges the seed creates, first-last.'),
  msisdnQuarantineDays: integer('BSS_MSISDN_QUARANTINE_DAYS', 90, [0, wholeYears], 'days', 'Days a released number rests before it is offered again.'),
  msisdnLowWater: integer('BSS_MSISDN_LOW_WATER', 100, [0, 1_000_000], 'numbers', 'Free numbers below which an event warns.'),
  iccidIssuer: pattern('BSS_ICCID_ISSUER', '01', /^\d{2}$/, 'two digits', 'Issuer digits of the ICCIDs.'),
  plmn: pattern('BSS_PLMN', '00101', /^\d{5}$/, 'five digits', 'Mobile country and network code; the IMSIs start with it.'),
  smdpAddress: pattern('BSS_SMDP_ADDRESS', 'smdp.bss-cli.local', /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/, 'a host name', 'SM-DP+ host in the eSIM activation codes.'),
  esimPoolSize: integer('BSS_ESIM_POOL_SIZE', 1000, [0, 1_000_000], 'profiles', 'eSIM profiles the seed creates.'),
  esimLowWater: integer('BSS_ESIM_LOW_WATER', 100, [0, 1_000_000], 'profiles', 'Free eSIM profiles below which an event warns.'),
};

const neighbours = {
  kycProvider: choice('BSS_KYC_PROVIDER', ['prebaked'], 'Who attests identities.'),
  paymentProvider: choice('BSS_PAYMENT_PROVIDER', ['mock'], 'Payment gateway.'),
  emailProvider: choice('BSS_EMAIL_PROVIDER', ['file'], 'How mail leaves; file writes it under the home folder.'),
  esimProvider: choice('BSS_ESIM_PROVIDER', ['sim'], 'SM-DP+ behind the eSIM profiles.'),
  simHandset: choice('BSS_SIM_HANDSET', ['auto', 'manual'], 'Whether simulated handsets download their profile by themselves.'),
  simNetwork: choice('BSS_SIM_NETWORK', ['real', 'none'], 'Delays of the simulated network: real, or none for 0 ms.'),
};

const customers = {
  requireKyc: flag('BSS_REQUIRE_KYC', true, 'Whether an order needs a verified identity.'),
  kycValidDays: integer('BSS_KYC_VALID_DAYS', 0, [0, wholeYears], 'days', 'Days until an attestation expires; 0 is never.'),
  maxLines: integer('BSS_MAX_LINES', 10, [1, 1000], 'lines', 'Live lines per customer.'),
  maxPaymentMethods: integer('BSS_MAX_PAYMENT_METHODS', 5, [1, 100], 'cards', 'Active cards per customer.'),
  orderStuckMinutes: integer('BSS_ORDER_STUCK_MINUTES', 15, [1, 10_080], 'minutes', 'Minutes without progress after which an order counts as stuck.'),
  holdHours: integer('BSS_HOLD_HOURS', 24, [1, 720], 'hours', 'How long an open order holds a number.'),
};

const lines = {
  renewalTickSeconds: integer('BSS_RENEWAL_TICK_SECONDS', 60, [1, 3600], 'seconds', 'Pause between two renewal sweeps.'),
  renewalBatch: integer('BSS_RENEWAL_BATCH', 100, [1, 10_000], 'lines', 'Lines one renewal sweep takes at a time.'),
  reminderHours: integer('BSS_REMINDER_HOURS', 24, [0, 720], 'hours', 'Hours before the boundary at which a reminder is sent.'),
  priceNoticeDays: integer('BSS_PRICE_NOTICE_DAYS', 30, [0, 365], 'days', 'Least notice of a price migration.'),
};

const usage = {
  usageLateHours: integer('BSS_USAGE_LATE_HOURS', 48, [0, 8760], 'hours', 'How late a usage record may arrive and still be rated.'),
  usageBatchMax: integer('BSS_USAGE_BATCH_MAX', 10_000, [1, 1_000_000], 'records', 'Records in one usage batch.'),
};

const background = {
  leaseSeconds: integer('BSS_LEASE_SECONDS', 30, [1, 3600], 'seconds', 'How long a tick owns its row lease.'),
  taskMaxAttempts: integer('BSS_TASK_MAX_ATTEMPTS', 3, [1, 100], 'attempts', 'Tries of a provisioning task before it is stuck.'),
  taskBackoffMs: integer('BSS_TASK_BACKOFF_MS', 200, [1, 60_000], 'milliseconds', 'First pause between tries of a task; it doubles.'),
  backoffMaxSeconds: integer('BSS_BACKOFF_MAX_SECONDS', 300, [1, 86_400], 'seconds', 'Longest pause between any retries.'),
  consumerMaxAttempts: integer('BSS_CONSUMER_MAX_ATTEMPTS', 6, [1, 100], 'deliveries', 'Deliveries of an event to a consumer before it is parked.'),
  relayTickMs: integer('BSS_RELAY_TICK_MS', 100, [1, 60_000], 'milliseconds', 'Pause between two looks of the relay at the outbox.'),
  relayBatch: integer('BSS_RELAY_BATCH', 200, [1, 10_000], 'events', 'Events the relay claims at a time.'),
};

const requests = {
  idempotencyHours: integer('BSS_IDEMPOTENCY_HOURS', 24, [1, 720], 'hours', 'How long the answer to an Idempotency-Key is kept.'),
  rateLimitPerMinute: integer('BSS_RATE_LIMIT_PER_MINUTE', 600, [0, 1_000_000], 'requests a minute', 'Requests per customer and minute; services are not limited. 0 is off.'),
  listDefaultLimit: integer('BSS_LIST_DEFAULT_LIMIT', 100, [1, 10_000], 'items', 'Items of a list when the caller names no limit.'),
  listMaxLimit: integer('BSS_LIST_MAX_LIMIT', 1000, [1, 10_000], 'items', 'Most items of a list.'),
};

const hubs = {
  hubAllowHosts: list('BSS_HUB_ALLOW_HOSTS', '', 'Hosts a hub callback may name.', { fallbackByEnv: { development: loopback } }),
  hubRetryHours: integer('BSS_HUB_RETRY_HOURS', 24, [0, 720], 'hours', 'How long a hub delivery is retried.'),
};

const retention = {
  monitorRetentionDays: integer('BSS_MONITOR_RETENTION_DAYS', 90, [0, wholeYears], 'days', 'Days after which provisioning tasks and their monitors are removed once all of a service order are over; 0 keeps them.'),
  refusedPaymentRetentionDays: integer('BSS_REFUSED_PAYMENT_RETENTION_DAYS', 400, [0, wholeYears], 'days', 'Days after which payments and refunds are removed that were refused at intake and moved no money; 0 keeps them.'),
};

const assistant = {
  llmProvider: choice('BSS_LLM_PROVIDER', ['auto', 'openai', 'offline', 'replay'], 'Language model of the assistant; auto is openai with a key and offline without.'),
  llmBaseUrl: pattern('BSS_LLM_BASE_URL', 'https://openrouter.ai/api/v1', /^https?:\/\/\S+$/, 'an http(s) URL', 'OpenAI-compatible endpoint.'),
  llmModel: text('BSS_LLM_MODEL', 'google/gemma-4-26b-a4b-it', 'Model the endpoint is asked for.'),
  llmApiKey: optionalText('BSS_LLM_API_KEY', 'Key of the endpoint.', { secret: true }),
  agentAutonomy: choice('BSS_AGENT_AUTONOMY', ['granular', 'batched'], 'Whether each proposal is confirmed alone or a turn\'s together.'),
  agentDisabled: pattern('BSS_AGENT_DISABLED', '0', /^[01]$/, '0 or 1', 'Kill switch of the assistant.'),
  chatRequestsPerHour: integer('BSS_CHAT_REQUESTS_PER_HOUR', 20, [0, 100_000], 'requests an hour', 'Chat requests per customer and clock hour.'),
  chatCostCentsPerMonth: integer('BSS_CHAT_COST_CENTS_PER_MONTH', 200, [0, 10_000_000], 'US cents a month', 'Chat cost per customer and month in US cents.'),
  chatIpRequestsPerHour: integer('BSS_CHAT_IP_REQUESTS_PER_HOUR', 60, [0, 100_000], 'requests an hour', 'Chat requests per IP address and hour.'),
};

const tests = {
  testAmqpUrl: url('BSS_TEST_AMQP_URL', 'local', ['amqp:', 'amqps:'], 'local', 'RabbitMQ server for the test suite only.'),
};

/** The settings by what they are about, as docs/reference/settings.md shows them. */
export const settingGroups = [
  { title: 'Installation', settings: installation },
  { title: 'Secrets', settings: secrets },
  { title: 'Money and time', settings: money },
  { title: 'Numbers and eSIM profiles', settings: numbers },
  { title: 'Providers and the simulated network', settings: neighbours },
  { title: 'Customers and orders', settings: customers },
  { title: 'Lines', settings: lines },
  { title: 'Usage', settings: usage },
  { title: 'Work in the background', settings: background },
  { title: 'Requests', settings: requests },
  { title: 'Notifications', settings: hubs },
  { title: 'Retention', settings: retention },
  { title: 'Assistant', settings: assistant },
  { title: 'Tests', settings: tests },
] as const;

/**
 * Every setting of DOMAIN §11 and AGENT-AND-CLI §3–§5, by its name in the code. An
 * environment variable that starts with `BSS_` and is neither here nor in a family below is refused.
 */
export const configuration = {
  ...installation, ...secrets, ...money, ...numbers, ...neighbours, ...customers, ...lines, ...usage, ...background, ...requests, ...hubs, ...retention, ...assistant, ...tests,
};

/** Settings whose names hold the name of somebody: `<NAME>` is a service, portal or tool, `<ROLE>` a database role. */
export const families = {
  token: { pattern: /^BSS_([A-Z][A-Z0-9_]*)_API_TOKEN$/, name: 'BSS_<NAME>_API_TOKEN', check: checkSecret, description: 'Token of one more identity.' },
  role: { pattern: /^BSS_([A-Z][A-Z0-9_]*)_API_ROLE$/, name: 'BSS_<NAME>_API_ROLE', type: roles.join(', '), description: 'Role of that identity: system for a service, else csr by default.' },
  database: { pattern: /^BSS_DB_([A-Z][A-Z0-9_]*)_PASSWORD$/, name: 'BSS_DB_<ROLE>_PASSWORD', check: checkSecret, description: 'Password of that database role.' },
} as const;

/** Variables that others have named and we heed. */
export const borrowed = [
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', type: 'http(s) URL', description: 'Collector that gets the traces; without it none are made. The other OTEL_* variables count as well then.' },
  { name: 'NO_COLOR', type: 'any text', description: 'The command line writes without colours.' },
  { name: 'FORCE_COLOR', type: 'any text', description: 'The command line writes colours into files and pipes too.' },
] as const;

export type Configuration = typeof configuration;
