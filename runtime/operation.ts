import type { Role } from '#runtime/context';
import type { ServiceName } from '#runtime/services';

export type { Role, ServiceName };

/**
 * One row of the operation table `generated/operations.ts`.
 *
 * Router, clients, command line, tools and reference documents are each a
 * small interpreter of these rows, so every field is plain data.
 */

/**
 * What an operation does to its resource.
 *
 * `read` is a GET that answers something other than the stored resource
 * (balance, tariff); `action` is a POST, PATCH or DELETE on a sub-path that
 * triggers a transition.
 */
export type OperationKind =
  | 'list'
  | 'retrieve'
  | 'create'
  | 'patch'
  | 'delete'
  | 'action'
  | 'read'
  | 'hub-create'
  | 'hub-delete';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A declared query parameter. `array` values arrive repeated or comma-separated. */
export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly required: boolean;
}

export interface Operation {
  /** `<api>.<operationId>`, unique over all APIs: `TMF638.listService` is not `TMF640.listService`. */
  readonly key: string;
  /** `TMF622` or the name of an own API, `subscription`. */
  readonly api: string;
  /** Service that answers; `*` is mounted on every service. */
  readonly service: ServiceName | '*';
  readonly method: Method;
  /** Full path with base, parameters as `{id}`. */
  readonly path: string;
  /** Further full paths that answer the same (TMF.md §1). */
  readonly aliases: readonly string[];
  readonly operationId: string;
  /** First path segment, the resource the operation is about; null for probes and hubs. */
  readonly resource: string | null;
  readonly kind: OperationKind;
  readonly pathParams: readonly string[];
  readonly query: readonly QueryParameter[];
  /** Component name of the request body; null without body or for an unnamed schema. */
  readonly requestSchema: string | null;
  /** Media types a request body may have, without parameters; empty without body. */
  readonly mediaTypes: readonly string[];
  /** Success status → component name, `Name[]` for lists, null for an empty or unnamed body. */
  readonly success: Readonly<Record<number, string | null>>;
  /** The status an answer has unless its handler says otherwise. */
  readonly successStatus: number;
  /** Policy area, first segment of its rule codes. */
  readonly area: string;
  /** Aggregate type of DOMAIN.md §7. */
  readonly aggregate: string;
  /** Event types a success may record. */
  readonly events: readonly string[];
  /** Roles that may call it, ownership aside. */
  readonly roles: readonly Role[];
  /** Typed tool, AGENT-AND-CLI.md §2. */
  readonly tool: string | null;
  /** Words of the command line, `subscription vas`. */
  readonly cli: string | null;
  readonly readonly: boolean;
  readonly idempotent: boolean;
  readonly destructive: boolean;
  readonly money: boolean;
  /** Works only while BSS_ALLOW_ADMIN is on. */
  readonly admin: boolean;
}

/** What one kind of stored resource is called where; a row of `generated/resources.ts`. */
export interface Resource {
  /** `<api>.<resource>`. */
  readonly key: string;
  readonly api: string;
  readonly service: ServiceName;
  /** Name on the wire and path segment, `productOrder`. */
  readonly resource: string;
  /** Full path of the collection. */
  readonly path: string;
  /** Component name of a stored row, `ProductOrder`; the default of its `@type`. */
  readonly schema: string;
  readonly aggregate: string;
  readonly area: string;
  /** Prefix of its sequence ids, DOMAIN.md §9; null where the client chooses the id. */
  readonly idPrefix: string | null;
}
