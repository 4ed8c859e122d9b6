import { writeAuthRepPath } from "../backend/authrep-path";
import { Passthrough } from "../backend/passthrough";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { FilterConfig, Service } from "../config/filter-config";
import { Application } from "../credentials/credentials";
import { Lookup } from "../credentials/source";
import { ParameterIndex } from "../request/parameter-index";
import { RequestSnapshot } from "../request/request-snapshot";
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

  /** Returns how the request ends, `Outcome.Pending` where the backend is to be asked. */
  decide(config: FilterConfig, request: RequestSnapshot): Outcome {
    if (!config.hasServices) return Outcome.ServicesMissing;
    const service = serviceFor(config, request);
    this.service = service;
    if (service == null) return Outcome.UnknownService;
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

/** Returns the first listed service that has the request's authority. */
function serviceFor(config: FilterConfig, request: RequestSnapshot): Service | null {
  const authority = request.authority;
  for (let i = 0; i < config.services.length; i++) {
    const service = config.services[i];
    for (let j = 0; j < service.authorities.length; j++) {
      if (service.authorities[j].matches(authority, request.isHttps)) return service;
    }
  }
  return null;
}

function sumMatching(service: Service, method: Bytes, path: Bytes, parameters: ParameterIndex, usages: UsageSum): void {
  usages.reset(service.usageNames.length);
  for (let i = 0; i < service.rules.length; i++) {
    const rule = service.rules[i];
    if (!rule.matchesMethod(method) || !rule.pattern.matches(path, parameters)) continue;
    for (let j = 0; j < rule.usages.length; j++) usages.add(rule.usages[j].metric, rule.usages[j].delta);
    if (rule.last) return;
  }
}
