import type { components } from '#generated/types/catalog';
import type { ServiceAction } from '#policy/service-order';
import { ok } from '#runtime/client';
import type { Service } from '../service.ts';

type Mapping = components['schemas']['ServiceMapping'];

export interface PlannedService {
  readonly specificationId: string;
  readonly name: string;
}

export interface PlannedTask {
  readonly taskType: string;
  /** Simulated time in milliseconds. */
  readonly durationMs: number;
  /** What takes the task back once it is done; null = nothing has to. */
  readonly undo: { readonly taskType: string; readonly durationMs: number } | null;
}

/** What a service order does, as the catalog said when it was placed (DOMAIN §3). */
export interface Plan {
  readonly customerFacing: PlannedService;
  readonly resourceFacing: readonly PlannedService[];
  readonly tasks: readonly PlannedTask[];
}

/**
 * Asks the catalog what a service action means for a product specification.
 * @throws {RemoteError} final when nothing maps to it
 */
export async function fetchPlan({ clients }: Service, specificationId: string, action: ServiceAction): Promise<Plan> {
  const mapping = await ok(clients.catalog.GET('/specification/{id}/serviceMapping', { params: { path: { id: specificationId } } }));
  return planOf(mapping, action);
}

function planOf(mapping: Mapping, action: ServiceAction): Plan {
  const tasksOf = (of: ServiceAction) => mapping.actions.find((one) => one.action === of)?.tasks ?? [];
  const removals = action === 'add' ? tasksOf('delete') : [];
  return {
    customerFacing: plannedService(mapping.customerFacingService),
    resourceFacing: mapping.resourceFacingServices.map(plannedService),
    tasks: tasksOf(action).map(({ taskType, durationMs }) => ({
      taskType, durationMs, undo: removals.find((removal) => elementOf(removal.taskType) === elementOf(taskType)) ?? null,
    })),
  };
}

const plannedService = ({ id, name }: Mapping['customerFacingService']): PlannedService => ({ specificationId: id, name });

/** The network element is the first word of a task type: HLR, PCRF, OCS, ESIM. */
const elementOf = (taskType: string): string => taskType.split('_')[0] ?? taskType;
