/** The resources `manyRows` fills. */
import { billDefinition } from '../../handlers/billing/bill.ts';
import { productOrder } from '../../handlers/com/order.ts';
import { customers } from '../../handlers/crm/customer.ts';
import { usages } from '../../handlers/mediation/usage.ts';
import type { ResourceDefinition } from '../../handlers/resource/resource.ts';
import { definition as service } from '../../handlers/som/service.ts';

export const bigDefinitions = [customers, productOrder, service, usages, billDefinition] as unknown as readonly ResourceDefinition[]; // each of its own row, which neither plan nor page depends on
