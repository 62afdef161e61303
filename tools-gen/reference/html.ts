/** generated/reference/: the same pages as HTML that needs nothing but itself, for `/docs` and `/policies` of each service. */
import { serviceNames } from '#runtime/services';
import type { GeneratedFile } from '../banner.ts';
import type { Example, RuleText } from '../recordings.ts';
import { conventions } from './conventions.ts';
import { headerLines, jsonLines, serviceText, titleOf } from './markdown.ts';
import type { ApiText, Attribute, OperationText } from './model.ts';
import { isGeneral } from './rules.ts';
import { style } from './style.ts';

const generator = 'tools-gen/reference/html.ts';
const everything = ['specs/tmf', 'specs/bss', 'specs/apis.yaml', 'docs/reference/examples'];

export function htmlFile(api: ApiText): GeneratedFile {
  const known = new Set([...api.schemas.map(({ name }) => `s-${name}`), ...api.rules.map(({ code: rule }) => `r-${rule}`)]);
  const sections = [
    section('Operations', api.operations.map((each) => operationHtml(each, known))),
    section('Schemas', api.schemas.map(({ name, text, attributes }) => details(`s-${name}`, code(name), `${paragraph(text)}${attributeList(attributes, known)}`))),
    section('Notifications', api.notifications.length === 0 ? [] : [`<ul>${api.notifications.map((name) => `<li>${code(name)}</li>`).join('')}</ul>`]),
    section('Rules', api.rules.length === 0 ? [] : [ruleList(api.rules), '<p>Those of every operation stand at <a href="/docs">/docs</a>.</p>']),
  ].filter(({ html }) => html !== '');
  const body = page(titleOf(api), [
    nav([['/docs', 'All APIs of this service'], ['/policies', 'All rules']]), `<h1>${escaped(titleOf(api))}</h1>`,
    paragraph(api.description),
    `<p>Version ${escaped(api.version)}, served by ${escaped(serviceText(api.service))} below ${api.basePaths.map(code).join(' and ')}. <a href="/openapi.json?api=${api.api}">OpenAPI document</a></p>`,
    '<p>Every operation wants the header <code class="n">X-BSS-API-Token</code>. How lists, changes and notifications are asked for stands at <a href="/docs">/docs</a>.</p>',
    nav(sections.map(({ title }) => [`#${title.toLowerCase()}`, title]), 'On this page'),
    ...sections.map(({ html }) => html),
  ]);
  return { path: `generated/reference/${api.api}.html`, generator, inputs: api.inputs, body };
}

/** The page at `/docs` of each service: the APIs it answers. */
export function serviceFiles(apis: readonly ApiText[], rules: readonly RuleText[]): GeneratedFile[] {
  return serviceNames.map((service) => {
    const listed = apis.filter((api) => api.service === service || api.service === '*').map((api): Pair =>
      [`<a href="/docs/${api.api}">${escaped(titleOf(api))}</a>`, `Version ${escaped(api.version)}, ${api.operations.length} operations, <a href="/openapi.json?api=${api.api}">OpenAPI document of ${api.api}</a>`]);
    const body = page(`Service ${service}`, [
      nav([['/policies', 'All rules']]), `<h1>Service ${service}</h1>`, '<p>What this service answers. Healthy? <a href="/readyz">/readyz</a> tells; <a href="/metrics">/metrics</a> counts.</p>',
      section('APIs', [list(listed)]).html,
      section('How to ask', [list(conventions.map(({ topic, text }): Pair => [escaped(topic), prose(text)]))]).html,
      section('Rules of every operation', [ruleList(rules.filter(isGeneral))]).html,
    ]);
    return { path: `generated/reference/${service}.service.html`, generator, inputs: everything, body };
  });
}

const ofMachine = /\.transition\.invalid$/;

/** The page at `/policies` of every service: each rule of the installation, by what it guards. */
export function rulesFile(apis: readonly ApiText[], rules: readonly RuleText[]): GeneratedFile {
  const areas = Map.groupBy(rules, ({ code: rule }) => rule.split('.')[0] ?? '');
  const moves = [...new Set(apis.flatMap(({ operations }) => operations.flatMap((each) => each.rules.filter((rule) => ofMachine.test(rule)))))].sort();
  const body = page('Rules', [
    nav([['/docs', 'All APIs of this service']]), '<h1>Rules</h1>',
    '<p>A refusal names its rule as <code>reason</code>, what the rule looked at as <code>context</code>, and ways out as <code>fix</code>.</p>',
    nav([...[...areas.keys()].map((area) => [`#${area}`, area] as const), ['#states', 'States']], 'On this page'),
    ...[...areas].map(([area, some]) => `<h2 id="${area}">${area}</h2>\n${ruleList(some)}`),
    section('States', ['<p>A state machine refuses every move its table does not have. The context names the state and what is possible there.</p>',
      list(moves.map((rule): Pair => [`<a id="r-${rule}" href="#r-${rule}">${code(rule)}</a><small>422</small>`, 'Not possible in this state.']))]).html,
  ]);
  return { path: 'generated/reference/rules.html', generator, inputs: everything, body };
}

/** Links side by side; with a label where a page has two such lines. */
const nav = (links: readonly (readonly [href: string, text: string])[], label = ''): string =>
  `<nav${label ? ` aria-label="${label}"` : ''}>${links.map(([href, text]) => `<a href="${href}">${text}</a>`).join(' ')}</nav>`;

const page = (title: string, parts: readonly string[]): string => [
  '<!doctype html>', '<html lang="en">', '<head>', '<meta charset="utf-8">', '<meta name="viewport" content="width=device-width, initial-scale=1">',
  `<title>${escaped(title.startsWith('BSS-CLI') ? title : `${title} · BSS-CLI`)}</title>`, `<style>${style}</style>`, '</head>', '<body>', '<main>', ...parts.filter(Boolean), '</main>', '</body>', '</html>', '',
].join('\n');

function operationHtml({ row, summary, description, parameters, body, answers, events, rules, examples }: OperationText, known: ReadonlySet<string>): string {
  // A path is broken between its parts, where it must be broken at all.
  const head = `<b class="m ${row.method.toLowerCase()}">${row.method}</b> <span class="p">${escaped(row.path).replaceAll('/', '<wbr>/')}</span> <span class="w">${escaped(summary)}</span>`;
  return details(row.operationId, head, [
    `<p><a href="#${row.operationId}">${code(row.key)}</a>${description ? ` ${prose(description)}` : ''}</p>`,
    row.aliases.length > 0 ? `<p>Also ${row.aliases.map(code).join(', ')}.</p>` : '',
    `<p>Roles: ${row.roles.join(', ')}.${row.tool ? ` Tool: ${code(row.tool)}.` : ''}${row.cli ? ` Command: ${code(`bss ${row.cli}`)}.` : ''}</p>`,
    parameters.length === 0 ? '' : `<h4>Parameters</h4>${list(parameters.map(({ name, place, type, mandatory, text }): Pair => [named(name, mandatory, `${escaped(type)}, ${place}`), prose(text)]))}`,
    body ? `<h4>Body</h4><p>${body.mediaTypes.map(code).join(', ')}; * is mandatory</p>${attributeList(body.attributes, known)}` : '',
    '<h4>Answers</h4>', list(answers.map(({ status, schema, text }): Pair => [`${status}${schema ? `<small>${typeHtml(schema, known)}</small>` : ''}`, prose(text)])),
    events.length === 0 ? '' : `<h4>Events and their notifications</h4>${list(events.map(({ type, notifications }): Pair => [code(type), escaped(notifications.join(', ')) || 'none']))}`,
    rules.length === 0 ? '' : `<h4>Rules that can refuse</h4><p>${rules.map((rule) => `<a href="${known.has(`r-${rule}`) ? `#r-${rule}` : `/policies/${rule}`}">${code(rule)}</a>`).join(', ')}</p>`,
    ...examples.map(exampleHtml),
  ].filter(Boolean).join('\n'));
}

const exampleHtml = ({ title, request, answer }: Example): string =>
  `<h4>Example: ${escaped(title)}</h4>${pre([`${request.method} ${request.path}`, ...headerLines(request.headers), ...jsonLines(request.body)])}`
  + pre([`HTTP/1.1 ${answer.status}`, ...headerLines(answer.headers), ...jsonLines(answer.body)]);

const ruleList = (rules: readonly RuleText[]): string => list(rules.map(({ code: rule, status, when, title, fix }): Pair => [
  `<a id="r-${rule}" href="/policies/${rule}">${code(rule)}</a><small>${status}</small>`,
  `${prose(title)}<small>Refused when: ${prose(when)}</small>${fix.length > 0 ? `<small>Way out: ${prose(fix.join(' '))}</small>` : ''}`,
]));

const attributeList = (attributes: readonly Attribute[], known: ReadonlySet<string>): string => (attributes.length === 0 ? '' :
  list(attributes.map(({ name, type, mandatory, text }): Pair => [named(name, mandatory, typeHtml(type, known)), prose(text)])));

const named = (name: string, mandatory: boolean, type: string): string => `${code(name)}${mandatory ? ' *' : ''}<small>${type}</small>`;

/** A schema that stands on the page is a link to it. */
function typeHtml(type: string, known: ReadonlySet<string>): string {
  const name = type.replace('[]', '');
  return known.has(`s-${name}`) ? `<a href="#s-${name}">${escaped(type)}</a>` : escaped(type);
}

/** The id is inside, so that a browser that is sent there opens it; the head is a heading, so that it is found among them. */
const details = (id: string, head: string, body: string): string => `<details><summary><h3>${head}</h3></summary>\n<div id="${id}">\n${body}\n</div></details>`;

/** Nothing where nothing stands below the title. */
const section = (title: string, parts: readonly string[]): { readonly title: string; readonly html: string } =>
  ({ title, html: parts.length === 0 ? '' : [`<h2 id="${title.toLowerCase().replaceAll(' ', '-')}">${title}</h2>`, ...parts].join('\n') });

const paragraph = (text: string): string => (text ? `<p>${prose(text)}</p>` : '');

/** Scrolls by itself where it is long, so it can be reached by keyboard. */
const pre = (lines: readonly string[]): string => `<pre tabindex="0">${escaped(lines.join('\n'))}</pre>`;

type Pair = readonly [name: string, meaning: string];

/** Names and what they mean, side by side or, where the window is narrow, below each other. Both are HTML already. */
const list = (pairs: readonly Pair[]): string => `<dl>\n${pairs.map(([name, meaning]) => `<div><dt>${name}</dt><dd>${meaning}</dd></div>`).join('\n')}\n</dl>`;

const code = (text: string): string => `<code>${escaped(text)}</code>`;

/** A sentence; what stands in backquotes is code. */
const prose = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
