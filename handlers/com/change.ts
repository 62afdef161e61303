import type { ComHandlers } from '#generated/stubs/com';
import { changeOrder } from '#policy/order';
import { changeRecorded } from '../resource/announce.ts';
import { patched, type Patched } from '../resource/patch.ts';
import type { Document } from '../resource/resource.ts';
import { changed, rowToWrite } from '../resource/routes.ts';
import { findResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { productOrder, type OrderRow } from './order.ts';
import { changeDocument } from './store.ts';

/** PATCH productOrder: what has no effect (description, notes, dates asked for) may change at any time. */
export const patchOrder = (service: Service): ComHandlers['TMF622.patchProductOrder'] => async (call) => {
  const row = await service.db.tx(async (tx) => {
    const current = await rowToWrite(tx, productOrder, call);
    const change = await patched(service, productOrder, current, call);
    if (!change) return current;
    await changeDocument(tx, changeOrder.permit(tx), current.id, documentOf(change), service.clock.now());
    const stored: OrderRow = (await findResource(tx, productOrder, current.id))!; // locked above
    changeRecorded(tx, productOrder, stored, change);
    return stored;
  });
  return changed(service, productOrder, row);
};

/** Items and parties are shown with what the order has come to; what is stored stays as it was posted. */
const documentOf = ({ row, document }: Patched<OrderRow>): Document =>
  ({ ...document, productOrderItem: row.document['productOrderItem'], relatedParty: row.document['relatedParty'] });
