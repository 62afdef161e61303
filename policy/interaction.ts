import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

export const interactionStates = ['open', 'inProgress', 'completed'] as const;
export type InteractionState = (typeof interactionStates)[number];
export type InteractionTrigger = 'create' | 'log' | 'start' | 'complete';

export interface InteractionDeleteFacts {
  readonly interactionId: string;
  readonly state: InteractionState;
  /** A crm write left it behind: it is the trace of that write. */
  readonly automatic: boolean;
}

export const interactionMachine = new Machine<'interaction', InteractionState, InteractionTrigger, void>({
  aggregate: 'interaction',
  area: 'interaction',
  states: interactionStates,
  final: ['completed'],
  event: () => 'interaction.status_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'open', events: ['interaction.created'] },
    { from: null, trigger: 'log', to: 'completed', events: ['interaction.created'] },
    { from: ['open'], trigger: 'start', to: 'inProgress' },
    { from: ['open', 'inProgress'], trigger: 'complete', to: 'completed' },
  ],
});

export const interactionHasEffects = rule<InteractionDeleteFacts>({
  code: 'interaction.delete.has_effects',
  title: 'The interaction is the record of a change.',
  when: 'records or effects hang on it',
  check: (facts) => !facts.automatic,
  context: (facts) => ({ interactionId: facts.interactionId, state: facts.state, references: ['customer change'] }),
  fix: () => [{ hint: 'Leave it; log another interaction that corrects it.', tool: 'interaction.log' }],
});

export const changeInteraction = action('interaction.change');
export const deleteInteraction = action<'interaction.delete', InteractionDeleteFacts>('interaction.delete', [interactionHasEffects]);
