import { Filter } from "../../../assembly/filter/filter";
import { Action } from "../../../assembly/host/host";
import { FakeHost } from "../fake-host";
import { configuration } from "../sample-configuration";

/** A `backend.on_failure` that lets requests in. */
export const ALLOW: string = '{"mode":"allow"}';
/** The event of the sample request's call. */
export const CALL: string =
  "call threescale 500ms 5 headers /base/transactions/authrep.xml?service_id=11&service_token=t%261" +
  "&user_key=k&usage%5Bhits%5D=1&x=1";

/** A host with a configuration, on which each stream carries a request that asks the backend. */
export function sampleHost(onFailure: string = ""): FakeHost {
  return new FakeHost()
    .configured(configuration(onFailure))
    .requesting("GET", "api.example.com", "/")
    .header("x-key", "k");
}

/** Creates the stream `id` and gives the filter its headers. Returns `go` or `hold`. */
export function request(filter: Filter, id: u32): string {
  filter.createContext(id, 1);
  return filter.requestHeaders(id) == Action.Continue ? "go" : "hold";
}
