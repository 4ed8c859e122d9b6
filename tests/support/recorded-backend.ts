import { setTimeout as delay } from "node:timers/promises";
import { CLOSE, GARBAGE, response, type Handler } from "./recording-server.ts";

const REASON = "3scale-rejection-reason";
const LIMITS = "limits_exceeded";

/** How the backend of the recordings answered: by the first of these that is part of the user key or application id. */
const ANSWERS: readonly [part: RegExp, answer: Handler][] = [
  [/limits.*upper|upper.*limits/, () => response(409, [[REASON, LIMITS.toUpperCase()]])],
  [/limits429/, () => response(429, [[REASON, LIMITS]])],
  [/limits200/, () => response(200, [[REASON, LIMITS]])],
  [/limits/, () => response(409, [[REASON, LIMITS]])],
  [/bad409/, () => response(409, [[REASON, "application_not_active"]])],
  [/bad/, () => response(403, [[REASON, "user_key_invalid"]], "<error/>")],
  [/nf404/, () => response(404, [[REASON, "application_not_found"]])],
  [/e500/, () => response(500)],
  [/e503/, () => response(503, [["retry-after", "5"]])],
  [/s204/, () => response(204)],
  [/s202/, () => response(202)],
  [/s206/, () => response(206)],
  [/r302/, () => response(302, [["location", "http://elsewhere.test/"]])],
  [/slow/, () => delay(1200, response(200), { ref: false })],
  [/reset/, () => CLOSE],
  [/garbage/, () => GARBAGE],
  [/xml/, () => response(200, [["content-type", "application/xml"]], "<status><authorized>true</authorized></status>")],
];

/** The backend of the recordings. */
export const recordedBackend: Handler = (request) => {
  const parameters = new Map(request.query().reverse());
  const key = parameters.get("user_key") ?? parameters.get("app_id") ?? "";
  return (ANSWERS.find(([part]) => part.test(key))?.[1] ?? (() => response(200)))(request);
};

/** The API of the recordings: it names itself in `powered-by` where the client asks for it. */
export const recordedApi: Handler = (request) => {
  const own: [string, string][] = request.header("x-want-powered-by") === undefined ? [] : [["powered-by", "echo"]];
  return response(200, [["x-echo", "1"], ...own], "echo\n");
};
