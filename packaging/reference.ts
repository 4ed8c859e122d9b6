import { fault } from "./faults.ts";

/** A place in a registry: host, path and tag of an image. */
export interface Reference {
  /** With the port, where there is one. */
  host: string;
  path: string;
  tag: string;
}

const HOST = /^(?:[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Reads `HOST[:PORT]/PATH[:TAG]`, the tag being `defaultTag` where there is none. Fails with what is wrong with it. */
export function parseReference(text: string, defaultTag: string): Reference {
  const refuse = (why: string) => fault("reference", text, why);
  if (text.includes("://")) throw refuse("it starts with a scheme");
  if (text.includes("@")) throw refuse("it has a digest, and the registry tells that");
  const [host = "", ...rest] = text.split("/");
  if (rest.length === 0 || !(/[.:]/.test(host) || host === "localhost")) throw refuse("it has no registry's host");
  if (!HOST.test(host)) throw refuse(`${JSON.stringify(host)} is no host`);
  const named = rest.join("/");
  const colon = named.indexOf(":");
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? defaultTag : named.slice(colon + 1);
  const wrong = path.split("/").find((component) => !COMPONENT.test(component));
  if (wrong !== undefined)
    throw refuse(`${JSON.stringify(wrong)} is no part of a path (lower-case letters, digits, . _ -)`);
  if (!TAG.test(tag)) throw refuse(`${JSON.stringify(tag)} is no tag`);
  return { host, path, tag };
}

/** `HOST/PATH:TAG`. */
export const formatReference = ({ host, path, tag }: Reference): string => `${host}/${path}:${tag}`;

/** Whether the registry is on this very machine, where one goes without TLS. */
export const isLoopback = ({ host }: Reference): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
