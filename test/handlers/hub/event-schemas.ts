/** Judges notifications by the schemas of the documents, patches included. */
import { Ajv, type ValidateFunction } from 'ajv';
import { fileURLToPath } from 'node:url';
import { formats } from '../../../tools-gen/formats.ts';
import { readInputs } from '../../../tools-gen/inputs.ts';
import { jsonSchema } from '../../../tools-gen/json-schema.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is wrong with a notification of an API; null when nothing is. */
export type Judge = (api: string, schema: string, body: unknown) => string | null;

export async function eventJudge(): Promise<Judge> {
  const { specs } = await readInputs(root);
  const compilers = new Map(specs.map((spec) => {
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { ...formats }, inlineRefs: false });
    for (const [name, schema] of Object.entries(spec.document.components.schemas)) {
      const compiled = jsonSchema(schema);
      ajv.addSchema(typeof compiled === 'boolean' ? {} : compiled, name);
    }
    return [spec.api, ajv] as const;
  }));
  return (api, schema, body) => {
    const check: ValidateFunction | undefined = compilers.get(api)?.getSchema(schema);
    if (!check) return `${api} has no schema ${schema}`;
    return check(body) ? null : JSON.stringify(check.errors);
  };
}
