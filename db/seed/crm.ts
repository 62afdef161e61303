import type pg from 'pg';
import type { Config } from '#runtime/config';

/** Staff of DOMAIN §3; AGT-SYS acts where nobody does. */
export const agents = [
  { id: 'AGT-001', name: 'Mei Tan', role: 'csr' },
  { id: 'AGT-002', name: 'Arjun Rao', role: 'csr' },
  { id: 'AGT-003', name: 'Siti Rahman', role: 'supervisor' },
  { id: 'AGT-004', name: 'Wei Ong', role: 'engineer' },
  { id: 'AGT-SYS', name: 'System', role: 'system' },
] as const;

export async function seedCrm(client: pg.Client, _config: Config, _at: Date): Promise<void> {
  for (const { id, name, role } of agents) {
    await client.query('INSERT INTO crm.agent (id, name, role, active) VALUES ($1, $2, $3, true) ON CONFLICT DO NOTHING', [id, name, role]);
  }
}
