import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cpuTimeMs } from "../support/cpu-time.ts";
import { OperationsModule, type RunResult } from "../support/operations-module.ts";
import { LIMITS, type Operation } from "../support/operations-reference.ts";
import { delimited, encodeStruct, encodeValue } from "../support/operations-struct.ts";

const LIMIT_REACHED: RunResult = { failure: "it would take more values or memory than a lookup may have" };
const MOST_NESTING = 32;

suite("limits of operations", async () => {
  const operations = await OperationsModule.load();

  function run(ops: readonly Operation[], ...stack: string[]): RunResult {
    assert.deepEqual(operations.compile(ops), []);
    return operations.run(stack);
  }

  suite("nesting", () => {
    const wrappers: [string, (inner: Operation) => Operation][] = [
      ["and", (inner) => ({ and: [inner] })],
      ["cloned", (inner) => ({ cloned: { ops: [inner], result: "prepend" } })],
      ["test", (inner) => ({ test: { if: inner, then: [] } })],
      ["select", (inner) => ({ select: [inner] })],
    ];
    for (const [name, wrap] of wrappers) {
      const nested = (levels: number): Operation =>
        Array.from({ length: levels }).reduce<Operation>((inner) => wrap(inner), "ok");

      test(`32 levels of ${name} are taken, and run`, () => {
        const result = run([nested(MOST_NESTING)], "a");
        // Each `cloned` adds one value.
        const values = name === "cloned" ? Array.from({ length: MOST_NESTING + 1 }, () => "a") : ["a"];
        assert.deepEqual(result, { values });
      });

      test(`33 levels of ${name} are refused`, () => {
        const [error, ...more] = operations.compile([nested(MOST_NESTING + 1)]);
        assert.match(error ?? "", /: found a string; expected at most 32 levels of operations inside operations \[/);
        assert.deepEqual(more, []);
      });
    }

    test("any depth is refused", () => {
      for (const levels of [100, 1000, 200_000]) {
        const [error] = operations.compile(`${'[{"and":'.repeat(levels)}[]${"}]".repeat(levels)}`);
        assert.match(error ?? "", /at most (?:32 levels of operations inside operations|128 levels of nesting) \[/);
      }
    });
  });

  suite("what grows without bound fails", () => {
    const nest = (levels: number, wrap: (ops: Operation[]) => Operation[]): Operation[] =>
      Array.from({ length: levels }).reduce<Operation[]>((ops) => wrap(ops), ["ok"]);
    const twice: Operation[] = [{ cloned: { ops: [{ push: "a" }] } }];
    const growing: Record<string, [Operation[], string]> = {
      "a value doubled by replace": [
        Array.from({ length: 30 }, () => ({ replace: { pattern: "a", with: "aa" } })),
        "a",
      ],
      "a value spread by replace": [[{ replace: { pattern: "", with: "x".repeat(60_000) } }], "abcde"],
      "a value beyond 2 GiB": [
        [
          { replace: { pattern: "a", with: "b".repeat(100_000) } },
          { replace: { pattern: "b", with: "c".repeat(100_000) } },
        ],
        "a",
      ],
      "values doubled by cloned": [Array.from({ length: 14 }, () => ({ cloned: { ops: ["ok"] } })), "a"],
      "cloned in cloned": [nest(30, (ops) => [{ cloned: { ops } }, { cloned: { ops: ["ok"] } }]), "a"],
      "flat_map in flat_map": [nest(30, (ops) => ["dup", { flat_map: ops }]), "a"],
      "select in select, with clones": [nest(30, (ops) => [...twice, { select: ops }]), "a"],
      "one value joined with itself": [Array.from({ length: 20 }, () => ["dup", { join: "," }]).flat(), "a"],
      "more steps than there may be": [
        [{ split: {} }, { select: Array.from({ length: 100 }, () => ({ any: ["ok"] })) }],
        ":".repeat(999),
      ],
      "a split into too many values": [[{ split: {} }], ":".repeat(LIMITS.values)],
      "a json list of too many": [[{ json: { keys: [] } }], JSON.stringify(Array.from({ length: 20_000 }, () => "v"))],
    };
    const escapes: Record<string, (ops: Operation[]) => Operation[]> = {
      "as it is": (ops) => ops,
      "inside refute": (ops) => [{ refute: ops }],
      "inside none": (ops) => [{ none: [{ and: ops }] }],
      "inside or, with another way": (ops) => [{ or: [{ and: ops }, "ok"] }],
      "inside xor, with another way": (ops) => [{ xor: [{ and: ops }, "ok"] }],
      "inside any, with another way": (ops) => [{ any: [{ and: ops }, "ok"] }],
      "inside one_of, with another way": (ops) => [{ one_of: [{ and: ops }, "ok"] }],
      "as the condition of test": (ops) => [{ test: { if: { and: ops }, then: ["ok"], else: ["ok"] } }],
      "inside select, beside one that fits": (ops) => [{ cloned: { ops: [{ xchg: "" }] } }, { select: ops }],
    };
    for (const [what, [ops, value]] of Object.entries(growing)) {
      test(what, () => {
        for (const [where, wrap] of Object.entries(escapes)) {
          // No deeper than may be configured.
          const wrapped = wrap(ops);
          if (operations.compile(wrapped).length > 0) continue;
          const startedAt = cpuTimeMs();
          assert.deepEqual(operations.run([value]), LIMIT_REACHED, where);
          assert.ok(cpuTimeMs() - startedAt < 1000, `${where}: ${String(cpuTimeMs() - startedAt)} ms`);
        }
        assert.deepEqual(run(["strrev"], "ab"), { values: ["ba"] }, "the next lookup begins anew");
      });
    }
  });

  suite("each limit can be used up, but not passed", () => {
    test("values", () => {
      const result = run([{ split: {} }], ":".repeat(LIMITS.values - 1));
      assert.ok("values" in result && result.values.length === LIMITS.values);
      assert.deepEqual(run([{ split: {} }], ":".repeat(LIMITS.values)), LIMIT_REACHED);
    });

    test("values, with those of outer stacks and clones", () => {
      const half = LIMITS.values / 2;
      const cloned: Operation[] = [{ split: {} }, { all: ["ok"] }];
      assert.ok("values" in run(cloned, ":".repeat(half - 1)));
      assert.deepEqual(run(cloned, ":".repeat(half)), LIMIT_REACHED);
    });

    test("bytes", () => {
      assert.ok("values" in run(["strrev"], "a".repeat(LIMITS.bytes)));
      assert.deepEqual(run(["strrev"], "a".repeat(LIMITS.bytes + 1)), LIMIT_REACHED);
      const twice: Operation[] = ["strrev", "strrev"];
      assert.ok("values" in run(twice, "a".repeat(LIMITS.bytes / 2)));
      assert.deepEqual(run(twice, "a".repeat(LIMITS.bytes / 2 + 1)), LIMIT_REACHED);
    });

    test("a value that no operation copies may be longer", () => {
      const value = `${"a".repeat(LIMITS.bytes * 4)}:b`;
      assert.deepEqual(run([{ prefix: "a" }, { glob: ["*b"] }, { split: {} }, "reverse", "pop"], value), {
        values: ["b"],
      });
    });

    test("steps", () => {
      const select = (inner: number): Operation[] => [
        { split: {} },
        { select: Array.from({ length: inner }, () => "ok") },
      ];
      const stack = ":".repeat(999);
      assert.ok("values" in run(select(99), stack));
      assert.deepEqual(run(select(100), stack), LIMIT_REACHED);
    });
  });

  suite("long and deep documents", () => {
    const list = (length: number) => JSON.stringify(Array.from({ length }, (_, i) => `v${String(i)}`));

    test("an element of a list of 20,000", () => {
      for (const index of [0, 1, 10_000, 19_999]) {
        const ops = [{ json: { path: [String(index)], keys: [] } }];
        assert.deepEqual(run(ops, list(20_000)), { values: [`v${String(index)}`] });
      }
      assert.deepEqual(run([{ json: { path: ["20000"], keys: [] } }], list(20_000)), {
        failure: "the path leads nowhere",
      });
    });

    test("a list of as many strings as there may be values", () => {
      const result = run([{ json: { keys: [] } }], list(LIMITS.values));
      assert.ok("values" in result && result.values.length === LIMITS.values && result.values.at(-1) === "v4095");
    });

    test("the time grows with the length, not faster", () => {
      const lookups: [string, Operation, (length: number) => string][] = [
        ["list", { json: { keys: ["x", "1000000", "-1"] } }, list],
        ["list of lists", { json: { path: ["0", "0"], keys: [] } }, (n) => `[${list(n)},${"[],".repeat(n)}0]`],
        [
          "object",
          { json: { keys: ["x", "y"] } },
          (n) => JSON.stringify(Object.fromEntries(JSON.parse(list(n)).map((k: string) => [k, k]))),
        ],
        ["the same name again", { json: { keys: ["0"] } }, (n) => `{${'"a":"b",'.repeat(n)}"a":"c"}`],
        [
          "protobuf list",
          { protobuf: { path: ["l"], keys: ["1000000"] } },
          (n) => encodeStruct({ l: JSON.parse(list(n)) }).toString("latin1"),
        ],
      ];
      for (const [name, operation, make] of lookups) {
        const milliseconds = (length: number) => {
          assert.deepEqual(operations.compile([operation]), []);
          const value = [make(length)];
          return Math.min(
            ...Array.from({ length: 5 }, () => {
              const startedAt = cpuTimeMs();
              operations.run(value);
              return cpuTimeMs() - startedAt;
            }),
          );
        };
        milliseconds(20_000);
        const [short, long] = [milliseconds(5_000), milliseconds(40_000)];
        // Quadratic would be 64 times as long.
        assert.ok(long < Math.max(short, 0.2) * 24, `${name}: ${String(short)} ms, then ${String(long)} ms`);
      }
    });

    test("JSON of 128 levels is read, deeper is not", () => {
      const nested = (levels: number) => `${"[".repeat(levels)}"v"${"]".repeat(levels)}`;
      const path = Array.from({ length: 128 }, () => "0");
      assert.deepEqual(run([{ json: { path, keys: [] } }], nested(128)), { values: ["v"] });
      for (const levels of [129, 1000, 200_000]) {
        assert.deepEqual(run([{ json: { path, keys: [] } }], nested(levels)), { failure: "the value is not JSON" });
        assert.deepEqual(run([{ json: { keys: [] } }], "[".repeat(levels)), { failure: "the value is not JSON" });
        assert.deepEqual(run([{ json: { keys: [] } }], '{"a":'.repeat(levels)), { failure: "the value is not JSON" });
      }
    });

    test("a protobuf Struct deeper than 100 messages is none", () => {
      const nested = (levels: number) => {
        let value = encodeValue("v");
        for (let i = 0; i < levels; i++) value = delimited(6, delimited(1, value));
        return delimited(1, Buffer.concat([delimited(1, Buffer.from("l")), delimited(2, value)])).toString("latin1");
      };
      const lookUp = (levels: number) =>
        run([{ protobuf: { path: ["l", ...Array.from({ length: levels }, () => "0")], keys: [] } }], nested(levels));
      assert.deepEqual(lookUp(48), { values: ["v"] });
      for (const levels of [49, 1000, 5000])
        assert.deepEqual(lookUp(levels), { failure: "the value is not a protobuf Struct" });
    });
  });
});
