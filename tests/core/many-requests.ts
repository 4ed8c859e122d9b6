import { Filter } from "../../assembly/filter/filter";

/** How many requests are in flight at once. */
const AT_ONCE: u32 = 50;

/**
 * Runs `count` requests (a multiple of 50), ended in each of the ways a request can end. Streams are numbered from
 * `firstId`, the calls of the host from `firstToken`.
 */
export function runRequests(filter: Filter, count: i32, firstId: u32, firstToken: u32): void {
  for (let done: u32 = 0; done < <u32>count; done += AT_ONCE) {
    const id = firstId + done;
    const token = firstToken + done;
    for (let i: u32 = 0; i < AT_ONCE; i++) {
      filter.createContext(id + i, 1);
      filter.requestHeaders(id + i);
    }
    for (let i: u32 = 0; i < AT_ONCE; i++) {
      // Some hear of their call twice, some that it failed.
      filter.callResponse(token + i, i % 5, 0);
      if (i % 3 == 0) filter.callResponse(token + i, 1, 0);
    }
  }
}
