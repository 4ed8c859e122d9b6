import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  likelyOperations,
  Random,
  randomLookup,
  randomOperations,
  randomStack,
} from "../support/operations-generator.ts";
import { OperationsModule } from "../support/operations-module.ts";
import { runReference, type Operation } from "../support/operations-reference.ts";

const LIMIT_REACHED = "it would take more values or memory than a lookup may have";
const COLLECT_EVERY = 1000;

suite("operations in the compiled module and in the reference implementation do the same", async () => {
  const operations = await OperationsModule.load();

  /** Runs one program in both; returns whether it succeeded. A trap is thrown. */
  function compare(ops: readonly Operation[], stack: readonly string[]): boolean {
    const told = () => `${JSON.stringify(ops)} on ${JSON.stringify(stack)}`;
    const errors = operations.compile(ops);
    assert.deepEqual(errors, [], told());
    const result = operations.run(stack);
    const expected = runReference(ops, stack);
    if ("failure" in result && result.failure === LIMIT_REACHED) {
      // The reference counts what is used up roughly.
      assert.ok(expected.usage > 0.5, `no limit is near: ${told()}`);
      return false;
    }
    assert.ok(expected.usage < 2, `a limit is passed: ${told()}`);
    const values = "values" in result ? result.values : undefined;
    if (!isSame(values, expected.values)) assert.deepEqual(values, expected.values, told());
    return values !== undefined;
  }

  function compareMany(count: number, make: (i: number) => [readonly Operation[], readonly string[]]): number {
    let succeeded = 0;
    for (let i = 0; i < count; i++) {
      if (i % COLLECT_EVERY === 0) operations.collect();
      if (compare(...make(i))) succeeded++;
    }
    return succeeded;
  }

  test("100,000 programs of whatever operations and parameters, on whatever values", () => {
    const random = new Random(20_240_101);
    const succeeded = compareMany(100_000, (i) => {
      const stack = randomStack(random);
      return [i % 3 === 0 ? likelyOperations(random, stack) : randomOperations(random), stack];
    });
    // Programs that all fail would prove little.
    assert.ok(succeeded > 30_000 && succeeded < 70_000, `${String(succeeded)} succeed`);
  });

  test("20,000 lookups in JSON and protobuf, whole and broken, most along paths that are there", () => {
    const random = new Random(20_240_102);
    const succeeded = compareMany(20_000, () => {
      const { operation, value } = randomLookup(random);
      return [[operation], [value]];
    });
    assert.ok(succeeded > 4000, `${String(succeeded)} succeed`);
  });
});

function isSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
