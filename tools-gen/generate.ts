/** All generators in one pass: files in, files out. */
import { attributesFile } from './attributes.ts';
import type { GeneratedFile } from './banner.ts';
import { clientsFile } from './clients.ts';
import { digestsFile } from './digests.ts';
import { eventsFile } from './events.ts';
import type { Inputs } from './inputs.ts';
import { listenersFile, operationsFile, resourcesFile } from './operations.ts';
import { referenceFile } from './reference.ts';
import { documentFiles } from './reference/documents.ts';
import { htmlFile, rulesFile, serviceFiles } from './reference/html.ts';
import { indexFile, markdownFile } from './reference/markdown.ts';
import { referenceOf } from './reference/model.ts';
import { settingsFile } from './settings.ts';
import { stubFiles } from './stubs.ts';
import { toolsFile } from './tools.ts';
import { typesFile } from './types.ts';
import { validatorFiles, validatorIndexFile } from './validators.ts';

/** Every file of generated/ and the generated references, in a fixed order. */
export async function generate(inputs: Inputs): Promise<GeneratedFile[]> {
  const types: GeneratedFile[] = [];
  for (const spec of inputs.specs) types.push(await typesFile(spec));
  const apis = referenceOf(inputs);
  return [
    operationsFile(inputs), listenersFile(inputs), resourcesFile(inputs), attributesFile(inputs), eventsFile(inputs),
    ...types, ...stubFiles(inputs), ...validatorFiles(inputs), validatorIndexFile(inputs), clientsFile(inputs), toolsFile(inputs),
    digestsFile(inputs), referenceFile(inputs), settingsFile(inputs), ...documentFiles(inputs),
    indexFile(apis, inputs.recordings.rules), ...apis.map(markdownFile), ...apis.map(htmlFile), ...serviceFiles(apis, inputs.recordings.rules),
    rulesFile(apis, inputs.recordings.rules),
  ];
}
