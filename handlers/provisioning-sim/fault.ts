import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import type { ProvisioningSimHandlers } from '#generated/stubs/provisioning-sim';
import type { components } from '#generated/types/provisioning';
import { changeFault, type FaultKind } from '#policy/fault';
import type { TaskType } from '#policy/task';
import { NotFound } from '#runtime/errors';
import { seededFraction } from '#runtime/ids';
import { listed } from '../list.ts';
import { requireMatch } from '../resource/etag.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { updateFault } from './store.ts';

/** A fault the simulated network plays on tasks of one type (DOMAIN §3 "Fault rules"). */
export interface FaultRule {
  readonly id: string;
  readonly rev: number;
  readonly taskType: TaskType;
  readonly kind: FaultKind;
  readonly probability: number;
  readonly enabled: boolean;
}

/** Rules that are switched on, in the order in which they are drawn. */
export const enabledRules = (reader: Pick<Database, 'read'>): Promise<FaultRule[]> =>
  reader.read<FaultRule>('SELECT id, rev, task_type, kind, probability, enabled FROM provisioning.fault_rule WHERE enabled ORDER BY length(id), id');

/** The first rule that strikes a task; the same task is struck in the same way whenever it is asked. */
export const drawn = (rules: readonly FaultRule[], task: { readonly id: string; readonly taskType: TaskType }): FaultKind | null =>
  rules.find((rule) => rule.taskType === task.taskType && seededFraction(`${task.id} ${rule.id}`) < rule.probability)?.kind ?? null;

const slowest = 5;
const slowerAtLeast = 2;

/** How much longer a slow task takes: two to five times, fixed by its id. */
export const slowness = (taskId: string): number => slowerAtLeast + (slowest - slowerAtLeast) * seededFraction(`${taskId} slow`);

/** Longest time an attempt can take, for its lease. */
export const longestMs = (durationMs: number): number => durationMs * slowest;

type Wire = components['schemas']['FaultRule'];

const path = '/bss-api/provisioning/v1/faultRule';

const show = (service: Service, { id, taskType, kind, enabled, probability }: FaultRule): Wire =>
  ({ id, href: service.href(`${path}?taskType=${taskType}`), '@type': 'FaultRule', taskType, kind, enabled, probability });

export const faultRoutes = (service: Service): Pick<ProvisioningSimHandlers, 'provisioning.listFaultRule' | 'provisioning.patchFaultRule'> => ({
  async 'provisioning.listFaultRule'({ query }) {
    const page = pageOf(query, service.config);
    const { taskType = null, kind = null, enabled = null } = query;
    const where = 'WHERE ($1::text IS NULL OR task_type = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::boolean IS NULL OR enabled = $3)';
    const values = [taskType, kind, enabled];
    const rows = await service.db.read<FaultRule>(`SELECT * FROM provisioning.fault_rule ${where} ORDER BY length(id), id LIMIT $4 OFFSET $5`, [...values, page.limit, page.offset]);
    const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM provisioning.fault_rule ${where}`, values);
    return listed(query, page, service.href(path), rows.map((row) => show(service, row)), count?.total ?? 0);
  },
  async 'provisioning.patchFaultRule'({ params, body, headers }) {
    const row = await service.db.tx(async (tx) => {
      const current = await tx.one<FaultRule>('SELECT * FROM provisioning.fault_rule WHERE id = $1 FOR UPDATE', [params.id]);
      if (!current) throw new NotFound('faultRule', params.id);
      requireMatch(headers, current);
      return change(tx, service, current, body);
    });
    return { body: show(service, row) };
  },
});

type Wish = { readonly enabled?: boolean | null; readonly kind?: FaultKind | null; readonly probability?: number | null };

async function change(tx: Tx, service: Service, current: FaultRule, wish: Wish): Promise<FaultRule> {
  const enabled = wish.enabled ?? current.enabled;
  const probability = wish.probability ?? current.probability;
  const kind = wish.kind ?? current.kind;
  const permit = changeFault.permit(tx, { faultRuleId: current.id, probability, enabled });
  const before: Readonly<Record<string, unknown>> = { enabled: current.enabled, kind: current.kind, probability: current.probability };
  const changed = Object.entries({ enabled, kind, probability }).filter(([name, value]) => before[name] !== value).map(([name]) => name);
  if (changed.length === 0) return current;
  const stored = await updateFault(tx, permit, current, { enabled, kind, probability }, service.clock.now());
  record(tx, 'provisioning.fault_changed', stored.id, { faultRuleId: stored.id, taskType: stored.taskType, kind, enabled, probability, changed });
  return stored;
}
