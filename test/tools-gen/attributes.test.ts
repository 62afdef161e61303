import test from 'ava';
import { attributes } from '#generated/attributes';
import { resources } from '#generated/resources';
import { attributesFile } from '#tools-gen/attributes';
import { sample } from './sample.ts';

test('an attribute is listed with what it holds, a schema that refers to itself once', (t) => {
  const line = "    Widget: { id: 'text', name: 'text', size: 'number', colour: 'text', made: 'time', link: 'text', note: 'text', parts: '#Widget[]' },";
  t.true(attributesFile(sample()).body.includes(`  TMF901: {\n${line}\n  },\n`));
});

test('every stored resource and everything it refers to has attributes', (t) => {
  for (const { api, schema } of Object.values(resources)) t.truthy(attributes[api]?.[schema], `${api} ${schema}`);
  for (const [api, schemas] of Object.entries(attributes)) {
    for (const attribute of Object.values(schemas).flatMap((each) => Object.values(each))) {
      const next = /^#([^[]+)/.exec(attribute)?.[1];
      if (next) t.truthy(schemas[next], `${api} ${attribute}`);
    }
  }
});
