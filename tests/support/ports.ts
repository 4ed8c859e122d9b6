export { freePort } from "../../envoy/ports.ts";
