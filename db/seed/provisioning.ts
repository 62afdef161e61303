import type pg from 'pg';
import type { Config } from '#runtime/config';

/** Faults the simulated network can play, all off (DOMAIN §3 "Fault rules"). */
const faultRules = [
  ['FLT-001', 'HLR_PROVISION', 'fail_first_attempt', 0.3],
  ['FLT-002', 'HLR_PROVISION', 'stuck', 0.05],
  ['FLT-003', 'PCRF_POLICY_PUSH', 'slow', 0.2],
  ['FLT-004', 'OCS_BALANCE_INIT', 'fail_first_attempt', 0.1],
  ['FLT-005', 'ESIM_PROFILE_PREPARE', 'fail_first_attempt', 0.15],
  ['FLT-006', 'HLR_DEPROVISION', 'stuck', 0.05],
] as const;

/** Plants the fault rules; one that an operator has changed stays as it is. */
export async function seedProvisioning(client: pg.Client, _config: Config, at: Date): Promise<void> {
  for (const [id, taskType, kind, probability] of faultRules) {
    await client.query(
      `INSERT INTO provisioning.fault_rule (id, task_type, kind, probability, enabled, created_at, updated_at)
       VALUES ($1, $2, $3, $4, false, $5, $5) ON CONFLICT DO NOTHING`, [id, taskType, kind, probability, at]);
  }
}
