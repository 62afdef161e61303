import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

/** Services, customer-facing and resource-facing (DOMAIN §4 "Service"; TMF638, TMF640 `ServiceStateType`). */
export const serviceStates = ['feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated'] as const;
export type ServiceState = (typeof serviceStates)[number];

export type ServiceTrigger = 'design' | 'reserve' | 'activate' | 'suspend' | 'terminate';

/** Managed services: those a service order made. Rows a client posts are kept as posted and provision nothing. */
export const serviceMachine = new Machine<'service', ServiceState, ServiceTrigger, void>({
  aggregate: 'service',
  area: 'service',
  states: serviceStates,
  final: ['terminated'],
  event: () => 'service.state_changed',
  transitions: [
    { from: null, trigger: 'design', to: 'designed', events: ['service.created'] },
    { from: ['designed'], trigger: 'reserve', to: 'reserved' },
    { from: ['reserved', 'inactive'], trigger: 'activate', to: 'active' },
    { from: ['active'], trigger: 'suspend', to: 'inactive' },
    { from: ['designed', 'reserved', 'active', 'inactive'], trigger: 'terminate', to: 'terminated' },
  ],
});

export interface ServiceFacts {
  readonly serviceId: string;
  readonly state: ServiceState;
  readonly managed: boolean;
}

export const serviceHasEffects = rule<ServiceFacts>({
  code: 'service.delete.has_effects',
  title: 'The service is carried by the network and stays on record.',
  when: 'a service order made the service',
  check: ({ managed }) => !managed,
  context: ({ serviceId, state }) => ({ serviceId, state, references: ['service order'] }),
  fix: () => [{ hint: 'Terminate the line; its services end with it.', tool: 'subscription.terminate' }],
});

export interface ServicePatchFacts extends ServiceFacts {
  /** First attribute of the change that only the server may set; null = none. */
  readonly locked: string | null;
}

/** State, specification and characteristics of a managed service follow from its service orders. */
export const serviceFieldLocked = rule<ServicePatchFacts>({
  code: 'service.patch.field_locked',
  title: 'This attribute is set by the server.',
  when: 'the attribute of a managed service follows from its service orders',
  check: ({ managed, locked }) => !managed || locked === null,
  context: ({ serviceId, state, locked }) => ({ serviceId, state, field: locked }),
  fix: () => [{ hint: 'Suspend, resume or end the line instead; its services follow.' }],
});

export const recordService = action('service.record');
export const changeService = action('service.change', [serviceFieldLocked]);
export const deleteService = action('service.delete', [serviceHasEffects]);
/** The line a service belongs to, told by the line itself; and the state the line wants it in. */
export const linkService = action('service.link');
