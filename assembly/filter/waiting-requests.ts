import { IdMap } from "./id-map";
import { ActiveConfig, RootContext } from "./root-context";

/** A request whose call is out. Used again for later requests, so that a request allocates nothing. */
class WaitingRequest {
  streamId: u32 = 0;
  root: RootContext | null = null;
  active: ActiveConfig | null = null;
}

/** The requests that wait for the answer to a call, by the token of the call. */
export class WaitingRequests {
  /** Of the request taken last: its stream, and the configuration that it began with. */
  streamId: u32 = 0;
  active: ActiveConfig | null = null;
  private readonly requests: WaitingRequest[] = [];
  private readonly free: i32[] = [];
  private readonly indexOf: IdMap = new IdMap();

  isEmpty(): bool {
    return this.indexOf.isEmpty();
  }

  add(token: u32, streamId: u32, root: RootContext, active: ActiveConfig): void {
    const index = this.free.length > 0 ? this.free.pop() : this.requests.push(new WaitingRequest()) - 1;
    const request = this.requests[index];
    request.streamId = streamId;
    request.root = root;
    request.active = active;
    this.indexOf.set(token, index);
  }

  /** Takes out the request that waits for a call; false where none does. */
  take(token: u32): bool {
    const index = this.indexOf.get(token);
    if (index < 0) return false;
    this.indexOf.remove(token);
    this.free.push(index);
    const request = this.requests[index];
    this.streamId = request.streamId;
    this.active = request.active;
    request.root = null;
    request.active = null;
    return true;
  }

  /** Takes out the requests of a root context that is gone: Envoy cancels its calls. Returns how many there were. */
  takeAllOf(root: RootContext): i32 {
    let count = 0;
    for (let place = 0; place < this.indexOf.places;) {
      const token = this.indexOf.idAt(place);
      const isOfRoot = token >= 0 && this.requests[this.indexOf.get(<u32>token)].root == root;
      if (isOfRoot && this.take(<u32>token)) count++;
      else place++;
    }
    this.active = null;
    return count;
  }
}
