import { IdMap } from "./id-map";
import { ActiveConfig } from "./root-context";

/** A request whose call is out. Used again for later requests, so that a request allocates nothing. */
class WaitingRequest {
  streamId: u32 = 0;
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

  add(token: u32, streamId: u32, active: ActiveConfig): void {
    const index = this.free.length > 0 ? this.free.pop() : this.requests.push(new WaitingRequest()) - 1;
    const request = this.requests[index];
    request.streamId = streamId;
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
    request.active = null;
    return true;
  }
}
