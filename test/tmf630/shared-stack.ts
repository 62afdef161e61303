/** A stack that all stories of a file share: it ends, and is checked, after the last of them. */
import test, { type ExecutionContext } from 'ava';

type Teardown = Parameters<ExecutionContext['teardown']>[0];

/** To be called at the top of a file; hand the result to `startStack` in the first story. */
export function afterLastStory(): Pick<ExecutionContext, 'teardown'> {
  const steps: Teardown[] = [];
  test.after.always('the stack ends and every invariant holds', async () => {
    for (const step of steps.reverse()) await step();
  });
  return { teardown: (step: Teardown) => void steps.push(step) };
}
