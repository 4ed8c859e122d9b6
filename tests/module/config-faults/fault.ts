/** A configuration and all that the plugin says about it. */
export interface Fault {
  name: string;
  configuration: string;
  /** In order, without `3scale-auth: `. Those that begin with `error` refuse the configuration, warnings do not. */
  says: string[];
}
