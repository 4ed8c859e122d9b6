import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EnvoyObject, PLUGIN_PATH } from "../../support/envoy-config.ts";

/** One patch of an EnvoyFilter, of those kinds that the samples have. */
interface Patch {
  applyTo: string;
  patch: { operation: string; value: NamedFilter };
}

interface NamedFilter {
  name: string;
  typed_config?: EnvoyObject;
  config_discovery?: EnvoyObject;
}

interface WasmConfig {
  config: { vm_config: { code: { local?: { filename: string }; remote?: RemoteCode } } };
}

interface RemoteCode {
  http_uri: { uri: string; cluster: string };
  sha256: string;
}

/** Where the module is instead of where a sample says. */
export interface ModulePlace {
  /** A directory for what ECDS is to deliver. */
  directory: string;
  uri: string;
  sha256: string;
}

/**
 * The filters that an EnvoyFilter puts before the router, in the Envoy that Istio would make of it: what comes by ECDS comes from a
 * file, and what Istio's agent fetches for ECDS is a file too. What Envoy fetches itself it fetches from `place`.
 */
export function filtersOf(spec: EnvoyObject, place: ModulePlace): EnvoyObject[] {
  const patches = structuredClone(spec).configPatches as Patch[];
  const delivered = patches.filter(({ applyTo }) => applyTo === "EXTENSION_CONFIG").map(({ patch }) => patch.value);
  return patches
    .filter(({ applyTo }) => applyTo === "HTTP_FILTER")
    .map(({ patch }) => {
      const { name, typed_config: inline, config_discovery: discovery } = patch.value;
      if (inline !== undefined) return { name, typed_config: withModule(inline, place) };
      const resource = delivered.find((one) => one.name === name);
      if (resource?.typed_config === undefined || discovery === undefined)
        throw new Error(`no configuration of ${name}`);
      const path = join(place.directory, `${name}.json`);
      writeFileSync(path, JSON.stringify(discoveryResponse(name, withModule(resource.typed_config, place, true))));
      const source = { resource_api_version: "V3", path_config_source: { path } };
      return { name, config_discovery: { ...discovery, config_source: source } };
    });
}

/** A Wasm filter's configuration with the module at `place`, or (`isFetched`) in a file. */
export function withModule(typedConfig: EnvoyObject, place: ModulePlace, isFetched = false): EnvoyObject {
  const copy = structuredClone(typedConfig);
  const { vm_config: vm } = (copy as unknown as WasmConfig).config;
  const { remote } = vm.code;
  if (remote === undefined || isFetched) vm.code = { local: { filename: PLUGIN_PATH } };
  else {
    remote.http_uri.uri = place.uri;
    remote.sha256 = place.sha256;
  }
  return copy;
}

function discoveryResponse(name: string, typedConfig: EnvoyObject): EnvoyObject {
  const resource = {
    "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
    name,
    typed_config: typedConfig,
  };
  return { version_info: "1", resources: [resource] };
}
