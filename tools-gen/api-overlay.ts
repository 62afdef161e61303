/** specs/apis.yaml: which service answers an API and how its resources are named in the domain. */
import type { Role } from '#runtime/context';
import { isServiceName, type ServiceName } from '#runtime/services';
import { SpecError } from './spec-error.ts';

/** Facts of one TM Forum resource; our own documents carry them as x- members. */
export interface ResourceOverlay {
  aggregate: string;
  area: string;
  id: string | null;
  read: Role[];
  write: Role[];
  patch_by?: Role[];
  delete_by?: Role[];
  create?: string[];
  patch?: string[];
  delete?: string[];
  /** A create charges a card. */
  money?: boolean;
  /** A create takes something away. */
  destructive?: boolean;
}

export interface ApiOverlay {
  service: ServiceName | '*';
  resources?: Record<string, ResourceOverlay>;
}

/** POST /hub and DELETE /hub/{id}, the same on every API. */
export interface HubOverlay {
  area: string;
  aggregate: string;
  create: string[];
  delete: string[];
  roles: Role[];
}

export interface Overlay {
  hub: HubOverlay;
  apis: Record<string, ApiOverlay>;
}

/** Checks a parsed specs/apis.yaml against the APIs there are. Throws SpecError naming what does not fit. */
export function checkOverlay(value: unknown, apis: readonly string[]): Overlay {
  // Its members are read by name below and in operation-rows, which name what is missing.
  const overlay = value as Overlay;
  const missing = apis.filter((api) => !overlay.apis[api]);
  if (missing.length > 0) throw new SpecError(`specs/apis.yaml does not say which service answers ${missing.join(', ')}`);
  for (const [api, { service }] of Object.entries(overlay.apis)) {
    if (!apis.includes(api)) throw new SpecError(`specs/apis.yaml names ${api}, but there is no such document`);
    if (service !== '*' && !isServiceName(service)) throw new SpecError(`specs/apis.yaml: ${api} names no service (${String(service)})`);
  }
  return overlay;
}
