import { poll } from "../support/poll.ts";
import { probe, type Case, type Expectation, type Host, type Observation } from "./step.ts";

/** What was seen at a step beside what was to be seen. */
export interface Comparison {
  step: number;
  actual: Expectation | string;
  expected: Expectation | string;
}

/** How long an expected journal is waited for. */
const JOURNAL_MS = 3_000;

/** Runs the steps of a case on a host and returns what there is to compare; nothing is asserted. */
export async function run(host: Host, { steps }: Case): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [index, step] of steps.entries()) {
    if ("send" in step) {
      const actual = await host.send(step.send);
      comparisons.push({ step: index, actual: only(actual, step.expect), expected: step.expect });
    } else if ("journal" in step) {
      const rest = step.place === undefined ? {} : { place: step.place };
      const read = async (operation: string) => (await host.send(probe(`${operation};reply 200 $`, [], rest))).body;
      const isComplete = async () => (await read("peek")).length >= step.journal.length;
      // What is missing shows in the comparison.
      await poll("the journal", isComplete, { timeoutMs: JOURNAL_MS }).catch(() => undefined);
      comparisons.push({ step: index, actual: await read("journal"), expected: step.journal });
    } else if ("leave" in step) await host.leave(step.leave);
    else if ("release" in step) await host.release();
    else await host.pass(step.pass);
  }
  return comparisons;
}

function only(observation: Observation, wanted: Expectation): Expectation {
  return Object.fromEntries(Object.entries(observation).filter(([name]) => name in wanted));
}
