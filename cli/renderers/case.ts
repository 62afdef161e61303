import type { components as Cases } from '#generated/types/case';
import type { components as Tmf621 } from '#generated/types/TMF621';
import { card, lineWidth } from './card.ts';
import { painted, stateText, type Look } from './look.ts';
import { clean, wrap } from './text.ts';
import { minuteText } from './values.ts';

export type Case = Cases['schemas']['Case'];
export type CaseNote = Cases['schemas']['CaseNote'];
export type TroubleTicket = Tmf621['schemas']['TroubleTicket'];

/** A case with what was noted and done about it; composed by `bss case show`. */
export interface CaseView {
  readonly '@type': 'CaseView';
  readonly id: string;
  readonly case: Case;
  /** Oldest first. */
  readonly notes: readonly CaseNote[];
  readonly tickets: readonly TroubleTicket[];
}

export function renderCaseView({ case: one, notes, tickets }: CaseView, look: Look): string {
  return card({
    title: 'Case',
    marks: [clean(one.id), stateText(one.state, look), clean(one.priority), clean(one.category)],
    lines: [...openedLines(one, look), deadlineLine(one, look), ...notes.flatMap((note) => noteLines(note, look)), ...tickets.map((ticket) => ticketLine(ticket, look))].filter((line) => line !== ''),
  }, look);
}

/** A case alone: its tickets by their ids. */
export const renderCase = (one: Case, look: Look): string =>
  renderCaseView({ '@type': 'CaseView', id: one.id, case: one, notes: [], tickets: one.ticketIds.map((id) => ({ id })) as TroubleTicket[] }, look); // only what is known of them is drawn

/** Who wants what, and in their words. */
function openedLines(one: Case, look: Look): string[] {
  const said = one.description ? wrap(clean(one.description), lineWidth(look)) : [];
  return [`${minuteText(one.openedAt)}  ${clean(one.customerId)}  "${clean(one.subject)}"`, ...said];
}

function deadlineLine(one: Case, look: Look): string {
  const ended = one.state === 'closed' || one.state === 'resolved';
  const due = one.slaBreachedAt ? painted(`overdue since ${minuteText(one.slaDueAt)}`, 'red', look) : ended ? '' : `due ${minuteText(one.slaDueAt)}`;
  return [due, one.agentId ? `with ${clean(one.agentId)}` : ended ? '' : 'nobody works on it', one.resolutionCode ? `ended as ${clean(one.resolutionCode)}` : ''].filter(Boolean).join('   ');
}

export const noteLines = (note: CaseNote, look: Look): string[] =>
  wrap(`${minuteText(note.createdAt)}  ${clean(note.author)}  note: ${clean(note.body)}`, lineWidth(look));

const ticketLine = (ticket: TroubleTicket, look: Look): string =>
  [clean(ticket.id ?? ''), ticket.status ? stateText(ticket.status, look, clean(ticket.status)) : '', clean(ticket.description ?? '')].filter(Boolean).join('  ');

/** A note alone, as it is answered when it was added. */
export const renderCaseNote = (note: CaseNote, look: Look): string =>
  card({ title: 'Note', marks: [clean(note.caseId), clean(note.id)], lines: noteLines(note, look) }, look);
