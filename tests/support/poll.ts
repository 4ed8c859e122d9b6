import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks `probe` every `intervalMs` until it returns something other than `undefined` or `false`, and returns that.
 * Fails after `timeoutMs` with an error naming `what`; a probe that throws ends the wait at once.
 */
export async function poll<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 10_000, intervalMs = 20 } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms in vain for ${what}`);
    await delay(intervalMs);
  }
}
