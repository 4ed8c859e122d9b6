import { Filter } from "../../../assembly/filter/filter";
import { FakeHost, FIRST_TOKEN } from "../fake-host";
import { runRequests } from "../many-requests";
import { configuration } from "../sample-configuration";

// A filter on a host that keeps nothing, for a test outside the module that watches its memory.

let host: FakeHost = new FakeHost();
let filter: Filter = new Filter(host);
let id: u32 = 2;
let token: u32 = FIRST_TOKEN;

/** Makes a filter whose requests have a path and a query to be read, and headers of ours to be removed. */
export function start(): void {
  host = new FakeHost()
    .configured(configuration('{"mode":"allow"}'))
    .answering("200")
    .requesting("GET", "API.example.com:443", "/x//./%61/b?x=%20&user_key=from%20query")
    .header("x-3scale-app-id", "1")
    .quiet();
  filter = host.start();
  __collect();
}

/** Runs `count` requests, a multiple of 50, without collecting. */
export function run(count: i32): void {
  runRequests(filter, count, id, token);
  id += <u32>count;
  token += <u32>count;
}

/** Returns how many outcomes have been counted. */
export function counted(): i32 {
  return host.counted();
}

class Smallest {}

/** Takes one object of the smallest size, as a request that allocated would. */
export function allocate(): void {
  new Smallest();
}
