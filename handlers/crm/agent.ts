import type { CrmHandlers } from '#generated/stubs/crm';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';

interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly role: 'csr' | 'supervisor' | 'engineer' | 'system';
  readonly active: boolean;
}

const where = '($1::text IS NULL OR role = $1) AND ($2::boolean IS NULL OR active = $2)';

/** Members of staff, by id (DOMAIN §3). */
export function agentRoutes(service: Service): Pick<CrmHandlers, 'crm.listAgent'> {
  return {
    async 'crm.listAgent'({ query }) {
      const page = pageOf(query, service.config);
      const values = [query.role ?? null, query.active ?? null];
      const rows = await service.db.read<AgentRow>(`SELECT * FROM crm.agent WHERE ${where} ORDER BY id LIMIT $3 OFFSET $4`, [...values, page.limit, page.offset]);
      const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM crm.agent WHERE ${where}`, values);
      const href = service.href('/bss-api/crm/v1/agent');
      const shown = rows.map(({ id, name, role, active }) => ({ id, href, '@type': 'Agent' as const, name, role, active }));
      return listed(query, page, href, shown, count?.total ?? 0);
    },
  };
}
