import type { CrmHandlers } from '#generated/stubs/crm';
import type { Service } from '../service.ts';
import { agentRoutes } from './agent.ts';
import { caseNoteRoutes } from './case-note.ts';
import { caseTransitionRoutes } from './case-transition.ts';
import { caseRoutes } from './case.ts';
import { contactMediumRoutes } from './contact-medium.ts';
import { customerActionRoutes } from './customer-transition.ts';
import { customerRoutes } from './customer.ts';
import { esimRoutes } from './esim.ts';
import { interactionRoutes } from './interaction.ts';
import { kycRoutes } from './kyc.ts';
import { msisdnRoutes } from './msisdn.ts';
import { reservationRoutes } from './reservation.ts';
import { ticketRoutes } from './ticket.ts';

/** Handlers of crm: TMF629, TMF621, TMF683, customers' own operations, cases and the inventory. */
export const routesOf = (service: Service): CrmHandlers => ({
  ...customerRoutes(service),
  ...customerActionRoutes(service),
  ...contactMediumRoutes(service),
  ...kycRoutes(service),
  ...interactionRoutes(service),
  ...ticketRoutes(service),
  ...agentRoutes(service),
  ...caseRoutes(service),
  ...caseTransitionRoutes(service),
  ...caseNoteRoutes(service),
  ...msisdnRoutes(service),
  ...esimRoutes(service),
  ...reservationRoutes(service),
});
