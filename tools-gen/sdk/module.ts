/** One module of an SDK: an API of ours, under a name that every language can spell. */
import { serviceNames, servicePort, type ServiceName } from '#runtime/services';
import type { Inputs } from '../inputs.ts';
import type { Spec } from '../load-spec.ts';
import { isListener } from '../operation-rows.ts';
import { operationsOf, refName } from '../openapi.ts';
import { mediaOf, requestBodyOf } from '../resolve.ts';
import { SpecError } from '../spec-error.ts';

/** A notification of the API, as its subscriber receives it. */
export interface Notification {
  /** Component that describes the body, also its `eventType`: `CustomerCreateEvent`. */
  readonly schema: string;
  readonly summary: string;
}

export interface Server {
  readonly service: ServiceName;
  /** Address on this machine with the default ports. */
  readonly url: string;
}

export interface SdkModule {
  /** Package, folder and import name: `tmf622`, `payment`. */
  readonly name: string;
  readonly spec: Spec;
  /** One; all services for what every service answers. */
  readonly servers: readonly Server[];
  readonly notifications: readonly Notification[];
}

const portBaseDefault = 8000;

/** `case` is a word of Java and of Go itself. */
const renamed: Readonly<Record<string, string>> = { case: 'cases' };

/** All documents as modules, in the order of the documents. */
export function modulesOf({ specs, overlay }: Inputs): SdkModule[] {
  return specs.map((spec) => ({
    name: renamed[spec.api] ?? spec.api.toLowerCase(),
    spec,
    servers: servicesOf(overlay.apis[spec.api]?.service).map((service) => ({ service, url: `http://localhost:${servicePort(service, portBaseDefault)}${spec.basePath}` })),
    notifications: notificationsOf(spec),
  }));
}

const servicesOf = (service: ServiceName | '*' | undefined): readonly ServiceName[] => (service === '*' || !service ? serviceNames : [service]);

function notificationsOf(spec: Spec): Notification[] {
  return [...operationsOf(spec.document)].filter(({ path }) => isListener(path)).map(({ path, operation }) => {
    const schema = refName(mediaOf(requestBodyOf(spec.document, operation)?.content)?.schema);
    if (!schema) throw new SpecError(`${spec.file}: ${path} does not say what it receives`);
    return { schema, summary: operation.summary ?? schema };
  });
}
