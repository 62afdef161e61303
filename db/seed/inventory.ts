import type pg from 'pg';
import type { Config } from '#runtime/config';
import { iccidOf, imsiOf, newMatchingId } from '#runtime/numbering';

const sliceRows = 10_000;

/** Fills the pools from the configured ranges (DOMAIN §3); numbers and profiles that are there stay as they are. */
export async function seedInventory(client: pg.Client, config: Config, at: Date): Promise<void> {
  for (const range of config.msisdnRanges) await seedRange(client, range, config.msisdnLength, at);
  const highest = await client.query<{ serial: string | null }>('SELECT max(serial) AS serial FROM inventory.esim');
  const planted = Number(highest.rows[0]?.serial ?? 0);
  for (let first = planted + 1; first <= config.esimPoolSize; first += sliceRows) {
    await seedProfiles(client, config, first, Math.min(first + sliceRows - 1, config.esimPoolSize), at);
  }
}

/** `90000000-90000999`, both ends included; the configuration has checked it. */
async function seedRange(client: pg.Client, range: string, digits: number, at: Date): Promise<void> {
  const [first, last] = range.split('-');
  await client.query(
    `INSERT INTO inventory.msisdn (msisdn, status, origin, created_at, updated_at)
     SELECT lpad(n::text, $3, '0'), 'available', 'range', $4, $4 FROM generate_series($1::bigint, $2::bigint) AS n ON CONFLICT DO NOTHING`,
    [first, last, digits, at]);
}

async function seedProfiles(client: pg.Client, config: Config, first: number, last: number, at: Date): Promise<void> {
  const serials = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  await client.query(
    `INSERT INTO inventory.esim (iccid, serial, imsi, matching_id, ki_ref, status, created_at, updated_at)
     SELECT p.iccid, p.serial, p.imsi, p.matching_id, 'ki-' || p.imsi, 'available', $5, $5
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS p (iccid, serial, imsi, matching_id) ON CONFLICT DO NOTHING`,
    [serials.map((serial) => iccidOf(serial, config)), serials, serials.map((serial) => imsiOf(serial, config)), serials.map(newMatchingId), at]);
}
