/** generated/reference/: the same pages as HTML that needs nothing but itself, for `/docs` of each service. */
import { serviceNames } from '#runtime/services';
import type { GeneratedFile } from '../banner.ts';
import type { Example, RuleText } from '../recordings.ts';
import { conventions } from './conventions.ts';
import { headerLines, jsonLines, serviceText, titleOf } from './markdown.ts';
import type { ApiText, Attribute, OperationText } from './model.ts';
import { isGeneral } from './rules.ts';
import { style } from './style.ts';

const generator = 'tools-gen/reference/html.ts';

export function htmlFile(api: ApiText): GeneratedFile {
  const known = new Set([...api.schemas.map(({ name }) => `s-${name}`), ...api.rules.map(({ code: rule }) => `r-${rule}`)]);
  const body = page(titleOf(api), [
    '<p><a href="/docs">All APIs of this service</a></p>', `<h1>${escaped(titleOf(api))}</h1>`,
    api.description ? `<p>${escaped(api.description)}</p>` : '',
    `<p>Version ${escaped(api.version)}, served by ${escaped(serviceText(api.service))} below ${api.basePaths.map(code).join(' and ')}. <a href="/openapi.json?api=${api.api}">OpenAPI document</a></p>`,
    '<p>Every operation wants the header <code>X-BSS-API-Token</code>. How lists, changes and notifications are asked for stands at <a href="/docs">/docs</a>.</p>',
    ...api.operations.map((each) => operationHtml(each, known)),
    ...section('Schemas', api.schemas.map(({ name, text, attributes }) => details(`s-${name}`, code(name), `${paragraph(text)}${attributeTable(attributes, known)}`))),
    ...section('Notifications', api.notifications.length === 0 ? [] : [`<ul>${api.notifications.map((name) => `<li>${code(name)}</li>`).join('')}</ul>`]),
    ...section('Rules', api.rules.length === 0 ? [] : [
      ruleTable(api.rules), '<p>Those of every operation stand at <a href="/docs">/docs</a>.</p>',
    ]),
  ]);
  return { path: `generated/reference/${api.api}.html`, generator, inputs: api.inputs, body };
}

/** The page at `/docs` of each service: the APIs it answers. */
export function serviceFiles(apis: readonly ApiText[], rules: readonly RuleText[]): GeneratedFile[] {
  return serviceNames.map((service) => {
    const listed = apis.filter((api) => api.service === service || api.service === '*').map((api) =>
      [`<a href="/docs/${api.api}">${escaped(titleOf(api))}</a>`, escaped(api.version), String(api.operations.length), `<a href="/openapi.json?api=${api.api}">OpenAPI</a>`]);
    const body = page(`Service ${service}`, [
      `<h1>Service ${service}</h1>`, '<p>What this service answers. Healthy? <a href="/readyz">/readyz</a> tells; <a href="/metrics">/metrics</a> counts.</p>',
      table(['API', 'version', 'operations', 'document'], listed),
      ...section('How to ask', [table(['', ''], conventions.map(({ topic, text }) => [escaped(topic), inline(text)]))]),
      ...section('Rules of every operation', [ruleTable(rules.filter(isGeneral))]),
    ]);
    return { path: `generated/reference/${service}.service.html`, generator, inputs: ['specs/tmf', 'specs/bss', 'specs/apis.yaml', 'docs/reference/examples'], body };
  });
}

const page = (title: string, parts: readonly string[]): string => [
  '<!doctype html>', '<html lang="en">', '<head>', '<meta charset="utf-8">', '<meta name="viewport" content="width=device-width, initial-scale=1">',
  `<title>${escaped(title)}</title>`, `<style>${style}</style>`, '</head>', '<body>', '<main>', ...parts.filter(Boolean), '</main>', '</body>', '</html>', '',
].join('\n');

function operationHtml({ row, summary, description, parameters, body, answers, events, rules, examples }: OperationText, known: ReadonlySet<string>): string {
  const head = `<b class="m ${row.method.toLowerCase()}">${row.method}</b> <span class="p">${escaped(row.path)}</span> <span class="w">${escaped(summary)}</span>`;
  return details(row.operationId, head, [
    `<p>${code(row.key)}${description ? ` ${escaped(description)}` : ''}</p>`,
    row.aliases.length > 0 ? `<p>Also ${row.aliases.map(code).join(', ')}.</p>` : '',
    `<p>Roles: ${row.roles.join(', ')}.${row.tool ? ` Tool: ${code(row.tool)}.` : ''}${row.cli ? ` Command: ${code(`bss ${row.cli}`)}.` : ''}</p>`,
    parameters.length === 0 ? '' : table(['parameter', 'in', 'type', 'meaning'], parameters.map(({ name, place, type, mandatory, text }) =>
      [`${code(name)}${mandatory ? ' *' : ''}`, place, escaped(type), escaped(text)])),
    body ? `<h3>Body</h3><p>${body.mediaTypes.map(code).join(', ')}; * is mandatory</p>${attributeTable(body.attributes, known)}` : '',
    '<h3>Answers</h3>', table(['status', 'body', 'meaning'], answers.map(({ status, schema, text }) => [status, schema ? typeHtml(schema, known) : '', escaped(text)])),
    events.length === 0 ? '' : `<h3>Events</h3>${table(['event', 'notification'], events.map(({ type, notifications }) => [code(type), escaped(notifications.join(', '))]))}`,
    rules.length === 0 ? '' : `<h3>Rules that can refuse</h3><p>${rules.map((rule) => `<a href="${known.has(`r-${rule}`) ? `#r-${rule}` : `/policies/${rule}`}">${code(rule)}</a>`).join(', ')}</p>`,
    ...examples.map(exampleHtml),
  ].filter(Boolean).join('\n'));
}

const exampleHtml = ({ title, request, answer }: Example): string =>
  `<h3>Example: ${escaped(title)}</h3>${pre([`${request.method} ${request.path}`, ...headerLines(request.headers), ...jsonLines(request.body)])}`
  + pre([`HTTP/1.1 ${answer.status}`, ...headerLines(answer.headers), ...jsonLines(answer.body)]);

const ruleTable = (rules: readonly RuleText[]): string => table(['rule', 'status', 'refused when', 'what it says', 'way out'],
  rules.map(({ code: rule, status, when, title, fix }) =>
    [`<a id="r-${rule}" href="/policies/${rule}">${code(rule)}</a>`, String(status), escaped(when), escaped(title), escaped(fix.join(' '))]));

const attributeTable = (attributes: readonly Attribute[], known: ReadonlySet<string>): string => (attributes.length === 0 ? '' : table(['attribute', 'type', 'meaning'],
  attributes.map(({ name, type, mandatory, text }) => [`${code(name)}${mandatory ? ' *' : ''}`, typeHtml(type, known), escaped(text)])));

/** A schema that stands on the page is a link to it. */
function typeHtml(type: string, known: ReadonlySet<string>): string {
  const name = type.replace('[]', '');
  return known.has(`s-${name}`) ? `<a href="#s-${name}">${escaped(type)}</a>` : escaped(type);
}

/** The id is inside, so that a browser that is sent there opens it. */
const details = (id: string, head: string, body: string): string => `<details><summary>${head}</summary>\n<div id="${id}">\n${body}\n</div></details>`;

const section = (title: string, parts: readonly string[]): string[] => (parts.length === 0 ? [] : [`<h2>${title}</h2>`, ...parts]);

const paragraph = (text: string): string => (text ? `<p>${escaped(text)}</p>` : '');

const pre = (lines: readonly string[]): string => `<pre>${escaped(lines.join('\n'))}</pre>`;

/** A table that scrolls by itself where the window is narrow. Cells are HTML already. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="t"><table><thead><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead><tbody>\n${
    rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}\n</tbody></table></div>`;

/** Of Markdown only what stands between backticks. */
const inline = (text: string): string => text.split('`').map((part, i) => (i % 2 === 0 ? escaped(part) : code(part))).join('');

const code = (text: string): string => `<code>${escaped(text)}</code>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
