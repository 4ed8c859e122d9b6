import assert from "node:assert/strict";
import { authRepText } from "../../envoy/check.ts";
import type { BackendCall, DemoBackend } from "../../envoy/demo-backend.ts";
import { curlCommands, isShown, runConsole, shownCalls, substituteText } from "./examples.ts";

/**
 * Runs a README's requests, and compares what they answer and what 3scale is asked with what the README shows. Returns the
 * calls to 3scale.
 */
export async function checkReadme(
  readme: string,
  backend: DemoBackend,
  { ports = new Map<number, number>(), env = {} }: { ports?: Map<number, number>; env?: Record<string, string> },
): Promise<BackendCall[]> {
  const commands = curlCommands(readme);
  assert.ok(commands.filter(({ expected }) => expected.length > 0).length >= 3, "fewer than three requests");
  const outputs = await runConsole(
    commands.map(({ command }) => substituteText(command, ports)),
    env,
  );
  for (const [index, { command, expected }] of commands.entries()) {
    const shown = expected.map((line) => substituteText(line, ports));
    const output = outputs[index] ?? "";
    assert.ok(isShown(shown, output), `${command}\nanswered\n${output}\nand not\n${shown.join("\n")}`);
  }
  const calls = backend.take();
  const lines = calls.map((call) => {
    const { method, path, status, rejection } = call;
    return `backend: ${method} ${path} ${authRepText(call)} -> ${[status, rejection].join(" ").trimEnd()}`;
  });
  assert.deepEqual(lines, shownCalls(readme));
  return calls;
}
