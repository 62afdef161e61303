import { operations, type OperationKey } from '#generated/operations';
import { resources, type ResourceKey } from '#generated/resources';
import type { Operation, OperationKind } from '#runtime/operation';

/** The row of the operation table by which a resource is listed, created, patched and so on; null where its API has none. */
export function operationOf(key: ResourceKey, kind: OperationKind): (Operation & { readonly key: OperationKey }) | null {
  const { path } = resources[key];
  const [name] = Object.entries(operations).find(([, row]) => row.kind === kind && row.path.replace(/\/\{\w+\}$/, '') === path) ?? [];
  return name === undefined ? null : { ...operations[name as OperationKey], key: name as OperationKey }; // names of the table's members
}
