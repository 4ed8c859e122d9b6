import type { SampleFile } from "./samples.ts";

/** A mistake to make in a sample, one that an API server or Istio has to see. */
export interface BrokenSample {
  name: string;
  path: string;
  /** What is replaced, where it stands first. */
  from: string;
  to: string;
  message: RegExp;
}

const TAG = "istio-wasm-plugin/sidecar-image-tag.yaml";
const DIGEST = "istio-wasm-plugin/sidecar-image-digest.yaml";
const GATEWAY = "istio-wasm-plugin/gateway-api.yaml";
const INGRESS = "istio-wasm-plugin/ingress-gateway.yaml";
const SAAS = "istio-backend/saas.yaml";
const ECDS = "istio-envoy-filter/sidecar-ecds.yaml";
const MIGRATED = "service-mesh-extension/service-mesh-extension.yaml";

export const BROKEN_SAMPLES: BrokenSample[] = [
  {
    name: "selector and targetRefs together",
    path: TAG,
    from: "  match:\n",
    to: "  targetRefs: [{ kind: Service, name: my-api }]\n  match:\n",
    message: /only one of targetRefs or selector can be set/,
  },
  {
    name: "selector and targetRef together",
    path: TAG,
    from: "  match:\n",
    to: "  targetRef: { kind: Service, name: my-api }\n  match:\n",
    message: /only one of targetRefs or selector can be set/,
  },
  {
    name: "targetRefs of a kind that has no plugins",
    path: GATEWAY,
    from: "kind: Gateway\n",
    to: "kind: HTTPRoute\n",
    message: /nothing has plugins that is a gateway\.networking\.k8s\.io\/HTTPRoute/,
  },
  {
    name: "targetRefs into another namespace",
    path: GATEWAY,
    from: "      kind: Gateway\n",
    to: "      kind: Gateway\n      namespace: other\n",
    message: /cross namespace referencing is not currently supported/,
  },
  {
    name: "a sha256 that is none",
    path: DIGEST,
    from: 'sha256: "0',
    to: 'sha256: "X',
    message: /sha256.*should match/,
  },
  {
    name: "a sha256 of other bytes than the digest",
    path: DIGEST,
    from: '  sha256: "00',
    to: '  sha256: "1a',
    message: /url and sha256 are of two images/,
  },
  { name: "no url", path: TAG, from: "  url: ", to: "  # url: ", message: /spec\.url: Required value/ },
  {
    name: "a url of a scheme that is not known",
    path: TAG,
    from: "url: oci://",
    to: "url: docker://",
    message: /url must have schema one of/,
  },
  {
    name: "labels instead of matchLabels",
    path: TAG,
    from: "matchLabels:",
    to: "labels:",
    message: /unknown field spec\.selector\.labels/,
  },
  {
    name: "a wildcard in a label",
    path: TAG,
    from: "app: my-api",
    to: "app: my-*",
    message: /wildcard not allowed in label value match/,
  },
  {
    name: "a phase of ServiceMeshExtension",
    path: TAG,
    from: "phase: AUTHZ",
    to: "phase: PostAuthZ",
    message: /spec\.phase: Unsupported value/,
  },
  {
    name: "a failStrategy in Envoy's words",
    path: TAG,
    from: "FAIL_CLOSE\n",
    to: "FAIL_CLOSED\n",
    message: /spec\.failStrategy: Unsupported value/,
  },
  {
    name: "a failStrategy that opens",
    path: TAG,
    from: "FAIL_CLOSE\n",
    to: "FAIL_OPEN\n",
    message: /failStrategy is not FAIL_CLOSE/,
  },
  {
    name: "an environment variable from the host with a value",
    path: TAG,
    from: "  pluginConfig:",
    to: "  vmConfig: { env: [{ name: A, valueFrom: HOST, value: b }] }\n  pluginConfig:",
    message: /value may only be set when valueFrom is INLINE/,
  },
  {
    name: "a VM id, which a WasmPlugin cannot have",
    path: TAG,
    from: "  pluginConfig:",
    to: "  vmConfig: { vmId: 3scale-auth }\n  pluginConfig:",
    message: /unknown field spec\.vmConfig\.vmId/,
  },
  {
    name: "a pluginConfig that is a string",
    path: TAG,
    from: "  pluginConfig:\n",
    to: "  pluginConfig: |\n",
    message: /spec\.pluginConfig.*must be of type object/,
  },
  {
    name: "a field twice",
    path: TAG,
    from: "  phase: AUTHZ\n",
    to: "  phase: AUTHZ\n  phase: STATS\n",
    message: /"phase" already set/,
  },
  {
    name: "a cluster that nothing makes",
    path: TAG,
    from: "outbound|443||su1.3scale.net\n",
    to: "outbound|80||su1.3scale.net\n",
    message: /no resource makes the cluster outbound\|80\|\|su1\.3scale\.net/,
  },
  {
    name: "a plain URL for a cluster with TLS",
    path: TAG,
    from: "url: https://su1.3scale.net",
    to: "url: http://su1.3scale.net",
    message: /differ in TLS/,
  },
  {
    name: "a pull secret that is not there",
    path: TAG,
    from: "imagePullSecret: threescale-auth-pull",
    to: "imagePullSecret: other",
    message: /no Secret other/,
  },
  {
    name: "mode SERVER in a gateway",
    path: INGRESS,
    from: "  url:",
    to: "  match: [{ mode: SERVER }]\n  url:",
    message: /match\.mode SERVER never applies in a gateway/,
  },
  {
    name: "no mode in a sidecar",
    path: TAG,
    from: "- mode: SERVER",
    to: "- ports: [{ number: 80 }]",
    message: /without match\.mode SERVER/,
  },
  {
    name: "a ServiceEntry of a wildcard by DNS",
    path: SAAS,
    from: "hosts: [su1.3scale.net]",
    to: 'hosts: ["*.3scale.net"]',
    message: /DNS cannot resolve a wildcard/,
  },
  {
    name: "a ServiceEntry without the name of its port",
    path: SAAS,
    from: "name: https, ",
    to: "",
    message: /spec\.ports\[0\]\.name: Required value/,
  },
  {
    name: "a ServiceEntry whose port is none",
    path: SAAS,
    from: "number: 443",
    to: "number: 65536",
    message: /port must be between 1-65535/,
  },
  {
    name: "a resolution that is not known",
    path: SAAS,
    from: "resolution: DNS",
    to: "resolution: dns",
    message: /spec\.resolution: Unsupported value/,
  },
  {
    name: "a TLS mode that is not known",
    path: SAAS,
    from: "mode: SIMPLE",
    to: "mode: TLS",
    message: /tls\.mode: Unsupported value/,
  },
  {
    name: "TLS that is switched off",
    path: SAAS,
    from: "mode: SIMPLE",
    to: "mode: DISABLE",
    message: /calls would go out in the clear/,
  },
  {
    name: "TLS that verifies another host",
    path: SAAS,
    from: "subjectAltNames: [su1.3scale.net]",
    to: "subjectAltNames: [other.3scale.net]",
    message: /TLS that verifies another host/,
  },
  {
    name: "HTTP/2 to the backend",
    path: SAAS,
    from: "DO_NOT_UPGRADE",
    to: "UPGRADE",
    message: /speaks HTTP\/1\.1 only/,
  },
  {
    name: "ECDS that asks for a name that nobody gives",
    path: ECDS,
    from: "          name: 3scale-auth\n          config_discovery",
    to: "          name: other\n          config_discovery",
    message: /ECDS asks for SIDECAR_INBOUND other/,
  },
  {
    name: "an EnvoyFilter that applies to what is not known",
    path: ECDS,
    from: "applyTo: EXTENSION_CONFIG",
    to: "applyTo: EXTENSION",
    message: /applyTo: Unsupported value/,
  },
  {
    name: "an EnvoyFilter without a VM id",
    path: ECDS,
    from: "vm_id: 3scale-auth",
    to: 'vm_id: ""',
    message: /no VM id of its own/,
  },
  {
    name: "a ServiceMeshExtension in a phase of WasmPlugin",
    path: MIGRATED,
    from: "phase: PostAuthZ",
    to: "phase: AUTHZ",
    message: /\/spec\/phase must be equal to one of/,
  },
  {
    name: "a name with capitals",
    path: TAG,
    from: "name: threescale-auth\n",
    to: "name: threescaleAuth\n",
    message: /metadata\.name: a lowercase RFC 1123 subdomain/,
  },
  {
    name: "a Secret with a field that is not known",
    path: "istio-wasm-plugin/pull-secret.yaml",
    from: "stringData:",
    to: "stringdata:",
    message: /unknown field "stringdata"/,
  },
];

/** The file with the mistake in it; fails where there is nothing to replace. */
export function breakSample({ path, from, to, name }: BrokenSample, all: readonly SampleFile[]): SampleFile {
  const file = all.find((one) => one.path === path);
  if (file?.text.includes(from) !== true) throw new Error(`${name}: ${path} does not have ${JSON.stringify(from)}`);
  return { path, text: file.text.replace(from, () => to) };
}
