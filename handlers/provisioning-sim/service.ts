import type { Tx } from '#db/database';
import type { ProvisioningSimHandlers } from '#generated/stubs/provisioning-sim';
import { changeService, deleteService, recordService, serviceMachine, type ServiceState } from '#policy/service';
import type { Answer } from '#runtime/handler';
import type { Worker } from '#runtime/worker';
import { changeRecorded, createRecorded } from '../resource/announce.ts';
import { accept, normal, split } from '../resource/document.ts';
import { referredId } from '../resource/json.ts';
import { patched, type Patched } from '../resource/patch.ts';
import { hrefOf } from '../resource/project.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, newId, resourceRoutes, rowToWrite, type AnyCall } from '../resource/routes.ts';
import { insertResource, updateResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { startActivation } from './activation.ts';
import { actionTo, isCarried } from './network.ts';
import { networkService, type NetworkServiceRow } from './network-service.ts';
import { insertNetworkService } from './store.ts';

type Keys = 'TMF640.listService' | 'TMF640.createService' | 'TMF640.retrieveService' | 'TMF640.patchService' | 'TMF640.deleteService';

const definition: ResourceDefinition<NetworkServiceRow> = {
  ...networkService,
  permits: { delete: (tx, { id, state, managed }) => deleteService.permit(tx, { serviceId: id, state, managed }) },
};

/** TMF640 service: what the network knows is activated, everything else recorded (DOMAIN §1, §10). */
export function serviceRoutes(service: Service, tasks: Worker): Pick<ProvisioningSimHandlers, Keys> {
  const routes = resourceRoutes(service, definition);
  return {
    'TMF640.listService': routes.list,
    'TMF640.retrieveService': routes.retrieve,
    'TMF640.deleteService': routes.delete,
    'TMF640.createService': (call) => create(service, tasks, call),
    'TMF640.patchService': (call) => patch(service, tasks, call),
  };
}

async function create(service: Service, tasks: Worker, call: AnyCall): Promise<Answer<never>> {
  const at = service.clock.now();
  const attributes: Document = { ...accept(definition, call.body), ...normal(definition, definition.initial?.({}, at) ?? {}) };
  const specificationId = referredId(attributes['serviceSpecification']);
  const activates = isCarried(specificationId) && attributes['state'] === 'active';
  const made = await service.db.tx(async (tx) => {
    const { id } = await newId(tx, definition, call.body);
    const row = await (activates ? design(tx, id, attributes, specificationId, at) : keepAsPosted(tx, id, attributes, specificationId, at));
    createRecorded(tx, definition, row);
    tx.afterCommit(() => tasks.nudge());
    return { row, monitorId: activates ? await startActivation(tx, service, id, 'add', 'active') : null };
  });
  if (made.monitorId === null) return created(service, definition, made.row);
  return { status: 202, headers: { Location: hrefOf(service, definition, made.row.id), monitorId: made.monitorId } };
}

function design(tx: Tx, id: string, attributes: Document, specificationId: string | null, at: Date): Promise<NetworkServiceRow> {
  const move = serviceMachine.move(tx, null, 'design', undefined, { serviceId: id });
  const { columns, document } = split(definition, { ...attributes, state: move.to });
  return insertNetworkService(tx, move, { id, at, document: document ?? {}, columns: { ...columns, managed: true, specificationId } });
}

function keepAsPosted(tx: Tx, id: string, attributes: Document, specificationId: string | null, at: Date): Promise<NetworkServiceRow> {
  const { columns, document } = split(definition, attributes);
  return insertResource(tx.writer(recordService.permit(tx)), definition, { id, at, document: document ?? {}, columns: { ...columns, managed: false, specificationId } });
}

/** A patched service, and the monitor of what it asked the network for. */
interface Asked {
  readonly row: NetworkServiceRow;
  readonly monitorId: string | null;
}

/** The state of a service the network carries follows from its tasks: a patch of it asks for them. */
async function patch(service: Service, tasks: Worker, call: AnyCall): Promise<Answer<never>> {
  const { row, monitorId } = await service.db.tx(async (tx) => {
    const current = await rowToWrite(tx, definition, call);
    const change = await patched(service, definition, current, call);
    if (!change) return { row: current, monitorId: null };
    tx.afterCommit(() => tasks.nudge());
    return apply(tx, service, change);
  });
  const answer = changed(service, definition, row);
  return monitorId === null ? answer : { ...answer, headers: { ...answer.headers, monitorId } };
}

async function apply(tx: Tx, service: Service, change: Patched<NetworkServiceRow>): Promise<Asked> {
  const { row, after } = change;
  if (begins(change)) return begin(tx, service, change);
  const asks = row.managed && change.changed.includes('state');
  const action = asks && !(await isMoving(tx, row.id)) ? actionTo(row.state, after['state']) : null;
  const permit = changeService.permit(tx, { serviceId: row.id, state: row.state, managed: row.managed, locked: asks && action === null ? 'state' : null });
  const columns = { ...change.columns, specificationId: referredId(after['serviceSpecification']), ...(asks ? { state: row.state } : {}) };
  const stored = await updateResource(tx.writer(permit), definition, row.id, { at: service.clock.now(), columns, document: change.document });
  changeRecorded(tx, definition, stored, { ...change, changed: asks ? change.changed.filter((name) => name !== 'state') : change.changed });
  // `actionTo` gives an action only for a state the network knows.
  return { row: stored, monitorId: action === null ? null : await startActivation(tx, service, row.id, action, after['state'] as ServiceState) };
}

/** Configured first and activated later: what the network knows and has not been asked for is to become active. */
const begins = ({ row, after, changed: names }: Patched<NetworkServiceRow>): boolean =>
  !row.managed && names.includes('state') && after['state'] === 'active' && isCarried(referredId(after['serviceSpecification']));

/** From here on the network carries it, as if it had been posted active: designed until the tasks are done. */
async function begin(tx: Tx, service: Service, change: Patched<NetworkServiceRow>): Promise<Asked> {
  const { row } = change;
  const permit = changeService.permit(tx, { serviceId: row.id, state: row.state, managed: row.managed, locked: null });
  const after = { ...change.after, state: 'designed' };
  const columns = { ...change.columns, managed: true, specificationId: referredId(change.after['serviceSpecification']), state: after.state };
  const stored = await updateResource(tx.writer(permit), definition, row.id, { at: service.clock.now(), columns, document: change.document });
  changeRecorded(tx, definition, stored, { ...change, after, changed: change.changed.filter((name) => name !== 'state' || row.state !== after.state) });
  return { row: stored, monitorId: await startActivation(tx, service, row.id, 'add', 'active') };
}

const isMoving = async (tx: Tx, serviceId: string): Promise<boolean> =>
  (await tx.one("SELECT 1 AS one FROM provisioning.activation WHERE service_id = $1 AND state = 'inProgress'", [serviceId])) !== null;
