/** Values that a document spells in its own way: taken as written there, kept and answered as we spell them (TMF.md §4). */

const productStatus: ReadonlyMap<string, string> = new Map([['aborted ', 'aborted']]);

/** By API, schema and attribute. */
const spellings: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['TMF622.Product.status', productStatus],
  ['TMF622.ProductRefOrValue.status', productStatus],
]);

/** The value as we keep it. */
export const spelled = (api: string, schema: string, name: string, value: unknown): unknown =>
  (typeof value === 'string' ? spellings.get(`${api}.${schema}.${name}`)?.get(value) : undefined) ?? value;
