import type { Tx } from '#db/database';
import { unknownReference } from '#policy/reference';
import { listOf } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';
import { chosenId } from '../resource/routes.ts';

interface Kind {
  readonly type: string;
  readonly table: string;
  readonly own: RegExp;
  named(attributes: Document): readonly unknown[];
}

/** Attributes that may name rows of ours, and what an id of ours looks like there. */
const kinds: readonly Kind[] = [
  { type: 'category', table: 'catalog.category', own: /^CTGY-\d{3,}$/, named: (of) => listOf(of['category']).map(({ id }) => id) },
  { type: 'category', table: 'catalog.category', own: /^CTGY-\d{3,}$/, named: (of) => [...listOf(of['subCategory']).map(({ id }) => id), of['parentId']] },
  { type: 'productOffering', table: 'catalog.offering', own: chosenId, named: (of) => listOf(of['productOffering']).map(({ id }) => id) },
  { type: 'productOffering', table: 'catalog.offering', own: chosenId, named: (of) => listOf(of['bundledProductOffering']).map(({ id }) => id) },
  { type: 'productSpecification', table: 'catalog.specification', own: chosenId, named: (of) => [(of['productSpecification'] as Document | undefined)?.['id']] }, // an object, by its schema
  { type: 'productSpecification', table: 'catalog.specification', own: chosenId, named: (of) => listOf(of['bundledProductSpecification']).map(({ id }) => id) },
];

/**
 * Rows of ours that a body names must be there; other ids are foreign, kept and never followed (DOMAIN §1).
 * @throws {PolicyViolation} reference.id.unknown
 */
export async function checkReferences(tx: Tx, attributes: Document): Promise<void> {
  for (const { type, table, own, named } of kinds) {
    const ids = [...new Set(named(attributes))].filter((id): id is string => typeof id === 'string' && own.test(id));
    if (ids.length === 0) continue;
    const found = await tx.read<{ id: string }>(`SELECT id FROM ${table} WHERE id = ANY ($1::text[])`, [ids]);
    const unknown = ids.find((id) => !found.some((row) => row.id === id));
    if (unknown !== undefined) throw unknownReference(type, unknown, 'catalog.list_offerings');
  }
}
