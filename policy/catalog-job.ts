import { action } from './action.ts';
import { Machine } from './machine.ts';

/** Import and export of a catalog (TMF620 JobStateType). */
export const jobStates = ['Not Started', 'Running', 'Succeeded', 'Failed'] as const;
export type JobState = (typeof jobStates)[number];
export type JobTrigger = 'begin' | 'refuse' | 'claim' | 'succeed' | 'fail';

/** The rows a job brings have events of their own; the worker tells when an import is over. */
const silent = [] as const;

export const jobMachine = new Machine<'catalog_job', JobState, JobTrigger, null>({
  aggregate: 'catalog_job',
  area: 'catalog',
  states: jobStates,
  final: ['Succeeded', 'Failed'],
  event: () => 'catalog.catalog_changed',
  transitions: [
    { from: null, trigger: 'begin', to: 'Not Started', events: silent },
    { from: null, trigger: 'refuse', to: 'Failed', events: silent },
    // A job whose worker was lost is claimed again where it stands.
    { from: ['Not Started', 'Running'], trigger: 'claim', to: 'Running', events: silent },
    { from: ['Running'], trigger: 'succeed', to: 'Succeeded', events: silent },
    { from: ['Running'], trigger: 'fail', to: 'Failed', events: silent },
  ],
});

/** A lease that is given back, to be taken again later. */
export const postponeJob = action('catalog_job.postpone');
