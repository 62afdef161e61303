/** Reads the documents the services hand out, without asking a service. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '#runtime/home';

/** The part of OpenAPI 3.0 that is shown. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly $ref?: string; readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly 'x-rules'?: readonly string[];
}

export class ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly #paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>> & { readonly parameters?: readonly Parameter[] }>>;
  readonly #whole: unknown;

  /** @param api one of the operation table, so that its file is there */
  constructor(api: string) {
    this.#whole = JSON.parse(readFileSync(join(projectFolder, 'generated', 'openapi', `${api}.json`), 'utf8'));
    const document = this.#whole as { info: ApiDocument['info']; paths: never }; // written by tools-gen/reference/documents.ts
    this.info = document.info;
    this.#paths = document.paths;
  }

  /** An operation of the table, which every document has. */
  operation(operationId: string): { readonly operation: DocumentOperation; readonly parameters: readonly Parameter[] } {
    for (const { parameters = [], ...item } of Object.values(this.#paths)) {
      const operation = Object.values(item as Readonly<Record<string, DocumentOperation>>).find((one) => one.operationId === operationId);
      if (operation) return { operation, parameters: [...parameters, ...operation.parameters ?? []].map((each) => this.#followed(each)) };
    }
    throw new Error(`${this.info.title} has no ${operationId}`);
  }

  /** Schema of the plain JSON body; undefined where there is none. */
  bodyOf({ requestBody }: DocumentOperation): Schema | undefined {
    const content = requestBody && this.#followed(requestBody).content;
    const media = content?.['application/json'] ?? Object.values(content ?? {})[0];
    return media?.schema && this.schemaOf(media.schema);
  }

  /** A schema with its references followed. */
  schemaOf(schema: Schema): Schema {
    const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
    return schema.$ref || only ? this.schemaOf(this.#followed(only ?? schema)) : schema;
  }

  /** `text`, `time`, `RelatedParty[]`, `add / delete`. */
  typeOf(schema: Schema): string {
    const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
    const target = this.schemaOf(schema);
    if (target.type === 'array') return `${this.typeOf(target.items ?? {})}[]`;
    if (target.enum) return target.enum.map(String).join(' / ');
    if (name && target.properties) return name;
    if (target.format === 'date-time') return 'time';
    return target.type === 'string' ? 'text' : target.type ?? 'any';
  }

  #followed<T extends { readonly $ref?: string }>(value: T): T {
    if (!value.$ref) return value;
    const parts = value.$ref.replace(/^#\//, '').split('/');
    // The document was checked when it was generated: a reference points at what its place wants.
    return parts.reduce((found, part) => (found as Record<string, unknown>)[part.replaceAll('~1', '/')], this.#whole) as T;
  }
}
