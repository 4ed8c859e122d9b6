import { callCases } from "./cases/call.ts";
import { headerCases } from "./cases/header.ts";
import { replyCases } from "./cases/reply.ts";
import { streamCases } from "./cases/stream.ts";
import { systemCases } from "./cases/system.ts";
import type { Case } from "./step.ts";

/** The conformance table, as measured in Envoy 1.40. The order counts: the first case reads what the probe recorded at start. */
export const cases: readonly Case[] = [...streamCases, ...headerCases, ...replyCases, ...callCases, ...systemCases];
