/** A small TM Forum document and a small own one, with what the overlays say about them. */
import type { Spec } from '#tools-gen/load-spec';
import { inputsOf, type Inputs, type RawInputs } from '#tools-gen/inputs';
import type { OpenApiDocument, Response, Schema } from '#tools-gen/openapi';

const widget: Record<string, Schema> = {
  id: { type: 'string' },
  name: { type: 'string', maxLength: 20 },
  size: { type: 'integer', minimum: 0, maximum: 9, exclusiveMaximum: true },
  colour: { allOf: [{ $ref: '#/components/schemas/Colour' }], description: 'Colour of the widget.' },
  made: { type: 'string', format: 'date-time' },
  link: { type: 'string', format: 'uri' },
  note: { type: 'string', nullable: true },
  parts: { type: 'array', items: { $ref: '#/components/schemas/Widget' } },
};

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Schema): Record<string, { schema: Schema }> => ({ 'application/json': { schema } });
const answer = (schema: Schema): Response => ({ description: 'Answer.', content: json(schema) });
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } } as const;

const tmf: OpenApiDocument = {
  openapi: '3.0.3',
  info: { title: 'Widgets', version: '4.0.0' },
  servers: [{ url: '/tmf-api/widgets/v4' }, { url: '/widgets/v4' }],
  paths: {
    '/widget': {
      get: {
        operationId: 'listWidget', summary: 'List widgets',
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1 } }],
        responses: { 200: answer({ type: 'array', items: ref('Widget') }), default: answer(ref('Error')) },
      },
      post: {
        operationId: 'createWidget', summary: 'Create a widget',
        requestBody: { required: true, content: json(ref('Widget_Create')) },
        responses: { 201: answer(ref('Widget')), 202: { description: 'Accepted.' }, default: answer(ref('Error')) },
      },
    },
    '/widget/{id}': {
      parameters: [id],
      get: { operationId: 'retrieveWidget', summary: 'Retrieve a widget', responses: { 200: answer(ref('Widget')) } },
      patch: {
        operationId: 'patchWidget', summary: 'Change a widget',
        requestBody: {
          required: true,
          content: {
            ...json(ref('Widget_Update')),
            'application/json-patch+json': { schema: { type: 'array', minItems: 1, items: { type: 'object', required: ['op'] } } },
          },
        },
        responses: { 200: answer(ref('Widget')) },
      },
      delete: { operationId: 'deleteWidget', summary: 'Delete a widget', responses: { 204: { description: 'Gone.' } } },
    },
    '/hub': { post: { operationId: 'registerListener', requestBody: { content: json(ref('Hub')) }, responses: { 201: answer(ref('Hub')) } } },
    '/listener/widgetCreateEvent': {
      post: { operationId: 'listenToWidgetCreateEvent', requestBody: { content: json(ref('WidgetCreateEvent')) }, responses: { 201: { description: 'Taken.' } } },
    },
  },
  components: {
    schemas: {
      Widget: { type: 'object', required: ['id', 'name'], properties: widget },
      Widget_Create: { type: 'object', required: ['name'], properties: widget },
      Widget_Update: { type: 'object', properties: widget },
      Colour: { type: 'string', enum: ['red', 'blue'] },
      Hub: { type: 'object', required: ['callback'], properties: { callback: { type: 'string' } } },
      WidgetCreateEvent: { type: 'object' },
      Error: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
    },
  },
};

const own: OpenApiDocument = {
  openapi: '3.0.3',
  info: { title: 'Workshop', version: '1.0.0' },
  servers: [{ url: '/bss-api/workshop/v1' }],
  paths: {
    '/widget/{id}/polish': {
      post: {
        operationId: 'polishWidget', summary: 'Polish a widget',
        'x-area': 'workshop', 'x-aggregate': 'widget', 'x-kind': 'action', 'x-roles': ['csr', 'system'],
        'x-events': ['widget.created'], 'x-cli': 'widget polish', 'x-money': true, 'x-idempotent': true,
        parameters: [{ ...id, schema: { type: 'string', pattern: '^WID-\\d+$' } }, { $ref: '#/components/parameters/Soft' } as never],
        requestBody: { content: json({ type: 'object', additionalProperties: false, properties: { 'a/b': { type: 'number' } } }) },
        responses: { 200: answer({ type: 'object', properties: { shine: { type: 'number' } } }) },
      },
    },
  },
  components: { schemas: { Shine: { type: 'object' } }, parameters: { Soft: { name: 'soft', in: 'query', schema: { type: 'boolean' } } } },
};

const spec = (api: string, basePath: string, document: OpenApiDocument): Spec => ({ api, file: `specs/${api}.json`, patches: [], basePath, document });

const apis = {
  hub: { area: 'hub', aggregate: 'platform', create: [], delete: [], roles: ['admin'] },
  apis: {
    TMF901: {
      service: 'catalog',
      resources: {
        widget: {
          aggregate: 'widget', area: 'widget', id: 'WID', read: ['customer', 'csr'], write: ['csr'], delete_by: ['admin'],
          create: ['widget.created'], patch: [], delete: [],
        },
      },
    },
    workshop: { service: '*' },
  },
};

const events = [{ aggregate: 'widget', area: 'widget', hub: [{ api: 'TMF901', resource: 'widget' }], payload: ['name'], types: { created: 'Create' } }];

const tools = {
  tools: {
    'widget.polish': {
      operation: 'workshop.polishWidget', purpose: 'Polish one widget.', not_when: 'It shines already.', confirm: 'money',
      example: { customer_id: 'CUST-001', colour: 'red' }, result: { type: 'Shine', cap_bytes: 100 },
      arguments: { customer_id: 'customer_id', 'colour?': 'TMF901#Colour', 'count?': 'count' },
    },
  },
};

/** The sample as read from specs/, deep copied so that a test may spoil its own. */
export const rawSample = (): RawInputs => structuredClone({
  specs: [spec('TMF901', '/tmf-api/widgets/v4', tmf), spec('workshop', '/bss-api/workshop/v1', own)], apis, events, tools,
  recordings: { examples: {}, rules: [] },
  settingsInUse: new Set(),
  digests: { 'specs/apis.yaml': 'a'.repeat(64), 'specs/TMF901.json': 'b'.repeat(64) },
});

/** The sample after `spoil` has changed it. */
export function sample(spoil: (raw: ReturnType<typeof rawSample>) => void = () => undefined): Inputs {
  const raw = rawSample();
  spoil(raw);
  return inputsOf(raw);
}
