/** The steps a page of docs/ takes, read from its text. */

export type Step =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'append'; readonly path: string; readonly text: string }
  | { readonly kind: 'below'; readonly path: string; readonly line: string; readonly text: string }
  | { readonly kind: 'replace'; readonly path: string; readonly from: string; readonly to: string }
  | { readonly kind: 'run'; readonly command: string };

const forms = [
  /^New file `(?<path>[^`]+)`:$/, /^At the end of `(?<path>[^`]+)`:$/, /^In `(?<path>[^`]+)`, below `(?<line>[^`]+)`:$/,
  /^In `(?<path>[^`]+)`, `(?<from>[^`]+)` becomes `(?<to>[^`]+)`\.$/,
] as const;

/** In the order of the page. @throws {Error} a block of code of which the page does not say where it goes */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  const parts = page.split(/^```(\w*)\n([\s\S]*?)^```$/m);
  for (let at = 0; at < parts.length; at += 3) {
    const lines = (parts[at] ?? '').split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const { path = '', from, to } = forms[3].exec(line)?.groups ?? {};
      if (from !== undefined && to !== undefined) steps.push({ kind: 'replace', path, from, to });
    }
    const text = parts[at + 2];
    if (text === undefined) continue;
    if (parts[at + 1] === 'sh') steps.push(...text.trim().split('\n').map((command): Step => ({ kind: 'run', command })));
    else steps.push(placed(lines.at(-1) ?? '', text));
  }
  return steps;
}

function placed(line: string, text: string): Step {
  const [write, append, below] = forms.slice(0, 3).map((form) => form.exec(line)?.groups);
  if (write?.['path']) return { kind: 'write', path: write['path'], text };
  if (append?.['path']) return { kind: 'append', path: append['path'], text };
  if (below?.['path'] && below['line']) return { kind: 'below', path: below['path'], line: below['line'], text };
  throw new Error(`where does the code below "${line}" go?`);
}

/** A text after a step. @throws {Error} the place it names is not there, or more than once */
export function taken(step: Exclude<Step, { kind: 'run' }>, before: string | null): string {
  if (step.kind === 'write') return step.text;
  if (before === null) throw new Error(`there is no ${step.path}`);
  if (step.kind === 'append') return before + step.text;
  if (step.kind === 'replace') {
    if (before.split(step.from).length !== 2) throw new Error(`${step.path} has ${step.from} not just once`);
    return before.replace(step.from, () => step.to);
  }
  const lines = before.split('\n');
  const at = lines.findIndex((line) => line.trim() === step.line);
  if (at === -1) throw new Error(`${step.path} has no line ${step.line}`);
  return [...lines.slice(0, at + 1), step.text.replace(/\n$/, ''), ...lines.slice(at + 1)].join('\n');
}
