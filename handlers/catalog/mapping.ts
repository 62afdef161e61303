import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { components } from '#generated/types/catalog';
import { specificationUnmapped } from '#policy/catalog';
import { violation } from '#policy/rule';
import { NotFound } from '#runtime/errors';
import { hrefOf } from '../resource/project.ts';
import { findResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { specifications } from './specification.ts';

type Schemas = components['schemas'];
type Action = Schemas['ServiceAction']['action'];

interface TaskRow {
  readonly action: Action;
  readonly taskType: string;
  readonly durationMs: number;
}

/** What a product becomes in service orders and in the network (DOMAIN §3). */
export function mappingRoutes(service: Service): Pick<CatalogHandlers, 'catalog.retrieveServiceMapping'> {
  return {
    async 'catalog.retrieveServiceMapping'({ params: { id } }) {
      const specification = await findResource(service.db, specifications, id);
      if (!specification) throw new NotFound('productSpecification', id);
      const { cfsId } = specification;
      if (cfsId === null) throw violation(specificationUnmapped, { specificationId: id, specificationMapped: false });
      const services = await service.db.read<Schemas['ServiceSpecification']>(
        'SELECT id, name FROM catalog.service_specification WHERE id = $1 OR part_of = $1 ORDER BY id', [cfsId]);
      const tasks = await service.db.read<TaskRow>(
        'SELECT action, task_type, duration_ms FROM catalog.action_task WHERE service_specification_id = $1 ORDER BY action, position', [cfsId]);
      return {
        body: {
          id, href: hrefOf(service, specifications, id), '@type': 'ServiceMapping', specificationId: id,
          customerFacingService: services.find((one) => one.id === cfsId)!, // its foreign key
          resourceFacingServices: services.filter((one) => one.id !== cfsId), actions: actionsOf(tasks),
        },
      };
    },
  };
}

function actionsOf(tasks: readonly TaskRow[]): Schemas['ServiceAction'][] {
  const byAction = Map.groupBy(tasks, ({ action }) => action);
  return [...byAction].map(([action, rows]) => ({ action, tasks: rows.map(({ taskType, durationMs }) => ({ taskType, durationMs })) }));
}
