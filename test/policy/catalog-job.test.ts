import test from 'ava';
import { jobMachine } from '#policy/catalog-job';
import { walk } from './table.ts';

test('a job waits, runs, and ends well or with its reason; a lost one is claimed again', (t) => {
  walk(t, jobMachine, [
    ['–', 'begin', 'Not Started', ''], ['–', 'refuse', 'Failed', ''],
    ['Not Started', 'claim', 'Running', ''], ['Running', 'claim', 'Running', ''],
    ['Running', 'succeed', 'Succeeded', ''], ['Running', 'fail', 'Failed', ''],
  ], null);
});
