/**
 * The services of DOMAIN §2 in the order of their ports: service n listens on the base port + n,
 * with the default base 8000 that is 8001 to 8010.
 */
export const serviceOffsets = {
  catalog: 1,
  crm: 2,
  payment: 3,
  com: 4,
  som: 5,
  subscription: 6,
  mediation: 7,
  rating: 8,
  billing: 9,
  'provisioning-sim': 10,
} as const;

export type ServiceName = keyof typeof serviceOffsets;

export const serviceNames = Object.keys(serviceOffsets) as ServiceName[]; // the keys of a const object

export const isServiceName = (name: string): name is ServiceName => Object.hasOwn(serviceOffsets, name);

/** TCP port of a service; base 0 asks the operating system for a free one each time. */
export const servicePort = (name: ServiceName, portBase: number): number =>
  portBase === 0 ? 0 : portBase + serviceOffsets[name];
