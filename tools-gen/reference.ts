/** docs/reference/operations.md: every operation by service. */
import type { Operation } from '#runtime/operation';
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import type { OperationSource } from './operation-rows.ts';

export function referenceFile({ sources }: Inputs): GeneratedFile {
  const services = new Map<string, OperationSource[]>();
  for (const source of sources) services.set(source.row.service, [...(services.get(source.row.service) ?? []), source]);
  const sections = [...services].map(([service, rows]) => sectionText(service, rows));
  const body = [
    '# Operations', '',
    `${sources.length} operations in ${services.size - (services.has('*') ? 1 : 0)} services. Every one is reachable as \`bss api <key>\`.`,
    'Flags: r reads, i may be repeated, D takes something away, M charges a card, X works only while BSS_ALLOW_ADMIN is on.', '',
    ...sections,
  ].join('\n');
  return {
    path: 'docs/reference/operations.md', generator: 'tools-gen/reference.ts',
    inputs: ['specs/tmf', 'specs/bss', 'specs/patches', 'specs/apis.yaml', 'specs/tools.yaml'], body,
  };
}

function sectionText(service: string, rows: readonly OperationSource[]): string {
  const lines = rows.map(({ row, operation }) => {
    const cells = [`\`${row.key}\``, `${row.method} \`${row.path}\``, operation.summary ?? '', flagsOf(row), row.tool ?? '', row.cli ? `\`bss ${row.cli}\`` : ''];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `## ${service === '*' ? 'Every service' : service}`, '',
    '| key | request | what it does | flags | tool | command |', '|-|-|-|-|-|-|', ...lines, '',
  ].join('\n');
}

function flagsOf({ readonly, idempotent, destructive, money, admin }: Operation): string {
  return [readonly ? 'r' : '', idempotent && !readonly ? 'i' : '', destructive ? 'D' : '', money ? 'M' : '', admin ? 'X' : ''].join('');
}
