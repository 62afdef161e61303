import type { ServiceAction } from '#policy/service-order';
import type { ServiceState } from '#policy/service';
import type { TaskType } from '#policy/task';

/** Specifications the simulated network can carry out by itself (DOMAIN §3). */
const carried: ReadonlySet<string> = new Set(['CFS_MOBILE_BROADBAND', 'RFS_DATA', 'RFS_VOICE']);

export const isCarried = (specificationId: string | null): boolean => specificationId !== null && carried.has(specificationId);

interface NetworkTask {
  readonly taskType: TaskType;
  readonly durationMs: number;
}

/** What the network does for an activation asked for through TMF640; service orders bring their own lists. */
export const networkTasks: Readonly<Record<Exclude<ServiceAction, 'modify'>, readonly NetworkTask[]>> = {
  add: [
    { taskType: 'HLR_PROVISION', durationMs: 500 }, { taskType: 'PCRF_POLICY_PUSH', durationMs: 300 },
    { taskType: 'OCS_BALANCE_INIT', durationMs: 200 }, { taskType: 'ESIM_PROFILE_PREPARE', durationMs: 400 },
  ],
  suspend: [{ taskType: 'HLR_SUSPEND', durationMs: 200 }, { taskType: 'PCRF_BLOCK', durationMs: 200 }],
  resume: [{ taskType: 'HLR_RESUME', durationMs: 200 }, { taskType: 'PCRF_POLICY_PUSH', durationMs: 300 }],
  delete: [
    { taskType: 'HLR_DEPROVISION', durationMs: 400 }, { taskType: 'PCRF_POLICY_REMOVE', durationMs: 200 },
    { taskType: 'OCS_BALANCE_CLOSE', durationMs: 200 }, { taskType: 'ESIM_PROFILE_DELETE', durationMs: 300 },
  ],
};

/** State a service can be sent to, and how; null = the network has no way there. */
export function actionTo(from: ServiceState, wanted: unknown): keyof typeof networkTasks | null {
  if (wanted === 'active' && from === 'designed') return 'add';
  if (wanted === 'active' && from === 'inactive') return 'resume';
  if (wanted === 'inactive' && from === 'active') return 'suspend';
  // Also what an activation that failed has left behind.
  return wanted === 'terminated' && (from === 'active' || from === 'inactive' || from === 'designed') ? 'delete' : null;
}
