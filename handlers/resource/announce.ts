/** The events of plain resource writes (DOMAIN §7), by the names the operation table gives. */
import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { EventType } from '#generated/events';
import { resources } from '#generated/resources';
import type { OperationKind } from '#runtime/operation';
import { operationOf } from './operation.ts';
import type { Change, Document, ResourceDefinition, ResourceRow } from './resource.ts';

const stateChange = /\.(\w+_)?(state|status)_changed$/;

export function createRecorded<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, row: Row): void {
  const [type] = eventsOf(definition, 'create');
  if (type) record(tx, type, row.id, payloadOf(definition, row));
}

export function deleteRecorded<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, row: Row): void {
  const [type] = eventsOf(definition, 'delete');
  if (type) record(tx, type, row.id, payloadOf(definition, row));
}

/** A change of the state attribute is one event, of anything else another; both may happen at once. */
export function changeRecorded<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, row: Row, { before, after, changed }: Change<Row>): void {
  const { stateAttribute } = definition;
  const types = eventsOf(definition, 'patch');
  const stateType = types.find((type) => stateChange.test(type));
  const otherType = types.find((type) => type.endsWith('changed') && !stateChange.test(type));
  const state = stateAttribute !== undefined && stateType !== undefined && changed.includes(stateAttribute) ? stateAttribute : null;
  const others = changed.filter((name) => name !== state);
  if (others.length > 0 && otherType) record(tx, otherType, row.id, { ...payloadOf(definition, row), changed: others });
  if (state !== null && stateType) {
    record(tx, stateType, row.id, { ...payloadOf(definition, row), from: before[state] ?? null, to: after[state] ?? null, trigger: 'patch', reason: null });
  }
}

/** The generator checks each against the catalogue of events. */
const eventsOf = <Row extends ResourceRow>({ key }: ResourceDefinition<Row>, kind: OperationKind): EventType[] =>
  [...(operationOf(key, kind)?.events ?? [])] as EventType[];

/** `orderId`, `serviceOrderId`: the aggregate's id under its own name, and what the definition adds. */
export function payloadOf<Row extends ResourceRow>(definition: ResourceDefinition<Row>, row: Row): Document {
  const { aggregate } = resources[definition.key];
  const name = `${aggregate.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}Id`;
  return { [name]: row.id, ...definition.payload?.(row) };
}
