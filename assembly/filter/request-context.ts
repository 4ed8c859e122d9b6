import { ActiveConfig, RootContext } from "./root-context";

/** Where a request stands. It goes forward only. */
export const enum RequestState {
  /** Nothing has been decided. */
  Init,
  /** A call to the backend is out. */
  Calling,
  /** It has its outcome: it was let go on or answered. */
  Responded,
  /** Its stream is gone. */
  Done,
}

/** No call is out. */
export const NO_TOKEN: i64 = -1;

/** One request. Contexts are used again for later requests, so that a request allocates nothing. */
export class RequestContext {
  id: u32 = 0;
  root: RootContext | null = null;
  /** The configuration that the request began with. */
  active: ActiveConfig | null = null;
  state: RequestState = RequestState.Init;
  /** Whether its outcome was to go on. */
  isLetIn: bool = false;
  token: i64 = NO_TOKEN;

  begin(id: u32, root: RootContext | null): void {
    this.id = id;
    this.root = root;
    this.active = null;
    this.state = RequestState.Init;
    this.isLetIn = false;
    this.token = NO_TOKEN;
  }

  end(): void {
    this.root = null;
    this.active = null;
    this.state = RequestState.Done;
  }
}
