import type pg from 'pg';
import type { Config } from '#runtime/config';

/** What the network reports and in which unit (DOMAIN §3 "Usage specifications"). */
const usageSpecifications = [
  ['USPEC_DATA', 'Data', 'data', 'byte', 'Data sent and received.'],
  ['USPEC_VOICE', 'Voice', 'voice', 'second', 'A call.'],
  ['USPEC_SMS', 'Messages', 'sms', 'message', 'A short message.'],
] as const;

/** Plants the usage specifications; one that an operator has changed stays as it is. */
export async function seedMediation(client: pg.Client, _config: Config, at: Date): Promise<void> {
  for (const [id, name, eventType, unit, description] of usageSpecifications) {
    const document = { description, isBundle: false, version: '1.0', lifecycleStatus: 'Active', specCharacteristic: characteristics(eventType, unit) };
    await client.query(
      `INSERT INTO mediation.usage_specification (id, name, document, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING`,
      [id, name, JSON.stringify(document), at]);
  }
}

function characteristics(eventType: string, unit: string): object[] {
  const always = { minCardinality: 1, maxCardinality: 1 };
  const perhaps = { minCardinality: 0, maxCardinality: 1 };
  const fixed = (value: string): object => ({ characteristicValueSpecification: [{ value, valueType: 'string', isDefault: true }] });
  return [
    { name: 'msisdn', valueType: 'string', ...always, description: 'Number that was used, in any usual form.' },
    { name: 'eventType', valueType: 'string', ...perhaps, ...fixed(eventType), description: 'Kind of use.' },
    { name: 'quantity', valueType: 'number', ...always, description: 'How much was used; whole in base units.' },
    { name: 'unit', valueType: 'string', ...always, ...fixed(unit), description: `Unit of the quantity: ${unit} or a larger one.` },
    { name: 'roaming', valueType: 'boolean', ...perhaps, description: 'Used abroad.' },
    { name: 'rawCdrRef', valueType: 'string', ...perhaps, description: 'Number of the record at its source: the same record counts once.' },
    { name: 'source', valueType: 'string', ...perhaps, description: 'System that reports it.' },
  ];
}
