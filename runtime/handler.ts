import type { Operation } from '#runtime/operation';

/** Request headers, names in lower case. */
export type IncomingHeaders = Readonly<Record<string, string | undefined>>;

/**
 * Every query parameter as it came, declared or not: list filters name any
 * attribute (TMF630 §4.4), so their names are not known from the document.
 */
export type RawQuery = Readonly<Record<string, unknown>>;

/** RFC 7396: a null member removes the attribute. */
export type MergePatch<T> = { [K in keyof T]?: T[K] | null };

/** One step of an RFC 6902 document. */
export interface JsonPatchStep {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: unknown;
}

/** Body of a PATCH; `Call.contentType` says which of the two it is. */
export type Patch<T> = MergePatch<T> | JsonPatchStep[];

/** A validated request, as a handler gets it. */
export interface Call<P, Q, B> {
  readonly operation: Operation;
  readonly params: P;
  readonly query: Q & RawQuery;
  readonly body: B;
  readonly headers: IncomingHeaders;
  /** Media type of the body without parameters, empty without body. */
  readonly contentType: string;
  /** What an earlier call with the same Idempotency-Key has made, whose answer was lost; for creations that no retrieve shows again. */
  readonly effect?: string;
}

/**
 * What a handler answers. `status` defaults to the operation's `successStatus`;
 * a list answers its page and sets `X-Total-Count` and `X-Result-Count`.
 */
export interface Answer<R> {
  status?: number;
  body?: R;
  headers?: Record<string, string>;
}

/** The four types a generated stub gives for one operation. */
export interface HandlerTypes {
  params: unknown;
  query: unknown;
  body: unknown;
  answer: unknown;
}

/** Domain logic of one operation. Errors are thrown, see `#runtime/errors`. */
export type Handler<O extends HandlerTypes> = (
  call: Call<O['params'], O['query'], O['body']>,
) => Promise<Answer<O['answer']>>;
