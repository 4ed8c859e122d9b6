import { writeAuthRepPath } from "../backend/authrep-path";
import { Passthrough } from "../backend/passthrough";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { FilterConfig, Service, ServiceState } from "../config/filter-config";
import { Application } from "../credentials/credentials";
import { Lookup } from "../credentials/source";
import { ParameterIndex } from "../request/parameter-index";
import { RequestSnapshot } from "../request/request-snapshot";
import { MappingRule } from "../usage/mapping-rule";
import { UsageSum } from "../usage/usage-sum";
import { Outcome } from "./outcome";

const NO_PARAMETERS: ParameterIndex = new ParameterIndex();

/**
 * Decides on requests as far as the configuration goes: service, credentials, mapping rules, in this order. Holds the
 * working memory of one decision; one serves all requests of a VM.
 */
export class Decision {
  /** The path of the AuthRep call to make, after `Outcome.Pending`. */
  readonly authRepPath: ByteWriter = new ByteWriter(1024);
  readonly lookup: Lookup = new Lookup();
  /** Of the request decided on last; null where none has its authority. */
  service: Service | null = null;
  /** The headers to pass on, after `Outcome.PassedThrough`. */
  readonly passthrough: Passthrough = new Passthrough();
  private readonly application: Application = new Application();
  private readonly usages: UsageSum = new UsageSum();
  private readonly otherUsages: UsageSum = new UsageSum();

  /** Whether an application key was looked for in the request decided on last, and not found. */
  get lacksAppKey(): bool {
    return this.application.lacksAppKey;
  }

  /** Returns how the request ends, `Outcome.Pending` where the backend is to be asked. */
  decide(config: FilterConfig, request: RequestSnapshot): Outcome {
    this.application.clear();
    if (!config.hasServices) return Outcome.ServicesMissing;
    const service = config.serviceFor(request.authority, request.isHttps);
    this.service = service;
    if (service == null) return config.hasWaiting ? Outcome.ConfigurationUnavailable : Outcome.UnknownService;
    if (service.state != ServiceState.Ready) return Outcome.ConfigurationUnavailable;
    if (config.hasWaiting && config.isUncertain(service, request.authority, request.isHttps)) {
      return Outcome.ConfigurationUnavailable;
    }
    if (!service.credentials.resolve(request, this.lookup, this.application)) return Outcome.CredentialsMissing;
    const usageFault = this.sumUsages(service, request);
    if (usageFault != Outcome.Pending) return usageFault;
    const backend = config.backend;
    if (backend == null) return Outcome.BackendMissing;
    const prefix = service.authRepPrefix;
    if (prefix == null) return Outcome.ServiceTokenMissing;
    if (config.passthroughMetadata) {
      const isSendable = this.passthrough.write(backend, service, this.application, this.usages);
      return isSendable ? Outcome.PassedThrough : Outcome.CredentialsNotSendable;
    }
    const path = this.authRepPath;
    const fits = writeAuthRepPath(prefix, this.application, service, this.usages, backend.querySuffix, path);
    return fits ? Outcome.Pending : Outcome.AuthRepPathTooLong;
  }

  /** Sums the usages of the rules that match. All readings of the path have to select the same. */
  private sumUsages(service: Service, request: RequestSnapshot): Outcome {
    const forms = request.pathForms();
    const parameters = service.hasQueryConditions ? request.parameterIndex() : NO_PARAMETERS;
    sumMatching(service, request.method, forms.at(0), parameters, this.usages);
    for (let i = 1; i < forms.count; i++) {
      sumMatching(service, request.method, forms.at(i), parameters, this.otherUsages);
      if (!this.usages.equals(this.otherUsages)) return Outcome.AmbiguousPath;
    }
    return this.usages.count == 0 ? Outcome.NoMappingRule : Outcome.Pending;
  }
}

function sumMatching(service: Service, method: Bytes, path: Bytes, parameters: ParameterIndex, usages: UsageSum): void {
  usages.reset(service.metrics.length);
  const rules = service.rules;
  const index = service.ruleIndex;
  if (index == null) {
    for (let i = 0; i < rules.length; i++) {
      if (!rules[i].pattern.matchesPath(path)) continue;
      if (addUsages(rules[i], method, parameters, usages)) return;
    }
    return;
  }
  index.find(path);
  for (let i = 0; i < index.count; i++) if (addUsages(rules[index.at(i)], method, parameters, usages)) return;
}

/** Adds the usages of a rule whose path matches, if all of it does; returns whether it is the last to be evaluated. */
function addUsages(rule: MappingRule, method: Bytes, parameters: ParameterIndex, usages: UsageSum): bool {
  if (!rule.matchesMethod(method) || !rule.pattern.meetsConditions(parameters)) return false;
  rule.addTo(usages);
  return rule.last;
}
