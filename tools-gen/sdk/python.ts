/** bss-cli-sdk for Python: pydantic models over urllib3. */
import { camelMeta, packageName, snakeCase, type Language, type Sdk } from './language.ts';
import type { SdkModule } from './module.ts';
import { readmeText } from './readme.ts';

const folder = 'bss_cli_sdk';

export const python: Language = {
  title: 'Python',
  generator: 'python',
  options: ({ name }) => ({ packageName: `${folder}.${name}`, generateSourceCodeOnly: true, disallowAdditionalPropertiesIfNotPresent: false }),
  from: ({ name }) => `${folder}/${name}`,
  to: ({ name }) => `${folder}/${name}`,
  metaName: (name) => snakeCase(camelMeta(name)),
  leaves: ['docs', 'test'],
  files: (sdk) => ({
    'pyproject.toml': projectText(sdk),
    [`${folder}/__init__.py`]: `"""Clients of the APIs of BSS-CLI, a module each: bss_cli_sdk.tmf622."""\n\n__version__ = "${sdk.version}"\n`,
    [`${folder}/py.typed`]: '',
    ...Object.fromEntries(sdk.modules.filter(({ notifications }) => notifications.length > 0).map((module) => [`${folder}/${module.name}/listener.py`, listenerText(module)])),
    'README.md': readmeText(sdk, { title: 'Python', install, fence: 'python', quickStart, moduleName: (name) => `${folder}.${name}`, notes }),
  }),
};

/** The dependencies are those the generator's own project file would name. */
const projectText = ({ version }: Sdk): string => `[build-system]
requires = ["setuptools>=70"]
build-backend = "setuptools.build_meta"

[project]
name = "${packageName}"
version = "${version}"
description = "Clients of the APIs of BSS-CLI: eleven TM Forum Open APIs and its own."
readme = "README.md"
license = { text = "Apache-2.0" }
requires-python = ">=3.10"
dependencies = ["urllib3>=2.1.0,<3", "python-dateutil>=2.8.2", "pydantic>=2.11,<3", "typing-extensions>=4.7.1"]

[tool.setuptools.packages.find]
include = ["${folder}*"]

[tool.setuptools.package-data]
"*" = ["py.typed"]
`;

function listenerText({ name, spec, notifications }: SdkModule): string {
  const schemas = notifications.map(({ schema }) => schema);
  return [
    `"""The subscriber's side of ${spec.document.info.title}: what the hub posts to a callback."""`, '',
    'import json', 'from typing import Union', '',
    `from ${folder}.${name}.models import (`, ...schemas.map((schema) => `    ${schema},`), ')', '', '',
    'class Listener:', '    """Override what you want to hear of; the rest is not handled."""', '',
    ...notifications.flatMap(({ schema, summary }) => [
      `    def ${snakeCase(schema)}(self, event: ${schema}) -> None:`, `        """${summary}."""`, '        raise NotImplementedError', '',
    ]),
    '    def receive(self, body: Union[str, bytes]) -> bool:',
    '        """Hands one notification, the JSON text of the request, to its method.', '',
    '        Returns whether there is one: False for what is not overridden.', '        """',
    '        raw = json.loads(body)',
    '        model = _MODELS.get(raw.get("eventType"))',
    '        if model is None:', '            return False',
    '        method, parse = model',
    '        if getattr(type(self), method) is getattr(Listener, method):', '            return False',
    '        getattr(self, method)(parse(raw))', '        return True', '', '',
    '_MODELS = {', ...schemas.map((schema) => `    "${schema}": ("${snakeCase(schema)}", ${schema}.from_dict),`), '}', '',
  ].join('\n');
}

const install = 'It runs on Python 3.10 or newer: `pip install <this folder>`.';

const quickStart = `
import os
from bss_cli_sdk.tmf622 import ApiClient, ApiException, Configuration, ProductOrderApi

config = Configuration(api_key={"ApiToken": os.environ["BSS_TOKEN"]})  # host="https://…" for another address
orders = ProductOrderApi(ApiClient(config))
mine = orders.list_product_order(related_party_id="CUST-001", state="completed", limit=10)
try:
    orders.retrieve_product_order(mine[0].id if mine else "ORD-000")
except ApiException as error:
    print(error.status, error.data.reason)  # data is the decoded body
`;

const notes = [
  'A member `@type` of the wire is `at_type` here, `@baseType` is `at_base_type`; what a schema does not name is in `additional_properties`.',
  'Every method has a twin that ends in `_with_http_info` and gives the answer with its headers, named in small letters (`x-total-count`).',
  '`bss_cli_sdk.tmf622.listener` has the class `Listener`, which parses what a hub posts to you and calls a method for each notification.',
];
