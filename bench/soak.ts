import { soakConfiguration } from "./soak-configuration.ts";
import { soakRequests } from "./soak-requests.ts";
import { soakEmulator, soakUpdates } from "./soak-updates.ts";

/** One thing that must not grow. */
export interface Verdict {
  what: string;
  /** What was measured, in words. */
  measured: string;
  holds: boolean;
}

const UPDATES = 100;
const EMULATED_UPDATES = 10_000;

/** Checks how long a configuration takes, and that memory stays constant over requests and updates; says what was measured, and whether all of it holds. */
export async function soak(requests: number): Promise<boolean> {
  const verdicts = [
    await soakConfiguration(1000, 10),
    await soakConfiguration(10_000, 10),
    await soakEmulator(EMULATED_UPDATES),
    await soakUpdates(UPDATES),
    ...(await soakRequests(requests)),
  ];
  console.table(verdicts.map(({ what, measured, holds }) => ({ what, measured, holds: holds ? "yes" : "NO" })));
  return verdicts.every(({ holds }) => holds);
}
