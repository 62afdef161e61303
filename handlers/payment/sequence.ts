import type { Tx } from '#db/database';
import { formatId, type IdPrefix } from '#runtime/ids';

const sequences = {
  PM: 'payment.seq_pm', PAY: 'payment.seq_pay', RFND: 'payment.seq_rfnd', BA: 'billing.seq_ba', BILL: 'billing.seq_bill', RATE: 'billing.seq_rate',
} as const satisfies Partial<Record<IdPrefix, string>>;

/** The next `count` ids of a kind, in one round trip. */
export async function nextIds(tx: Tx, prefix: keyof typeof sequences, count: number): Promise<string[]> {
  const rows = await tx.read<{ number: number }>(`SELECT nextval('${sequences[prefix]}') AS number FROM generate_series(1, $1)`, [count]);
  return rows.map(({ number }) => formatId(prefix, number));
}

export async function nextId(tx: Tx, prefix: keyof typeof sequences): Promise<string> {
  const [id] = await nextIds(tx, prefix, 1);
  return id!;
}
