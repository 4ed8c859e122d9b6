import type { Status } from "./authorization.ts";

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>';

/** The body of a malformed or unknown call's answer. */
export function errorXml(code: string, message: string): string {
  return `${PROLOGUE}<error code="${attribute(code)}">${content(message)}</error>`;
}

/** The body of an authorization's answer, with the parts that `3scale-options` asks for. */
export function statusXml(
  { service, application, rejection, reports }: Status,
  { isOauth, hierarchy, listAppKeys }: { isOauth: boolean; hierarchy: boolean; listAppKeys: boolean },
): string {
  const parts = [element("authorized", rejection === undefined ? "true" : "false")];
  if (rejection !== undefined) parts.push(element("reason", rejection.reason));
  if (isOauth) {
    const key = element("key", application.keys[0] ?? "");
    parts.push(`<application>${element("id", application.id)}${key}<redirect_url></redirect_url></application>`);
  }
  parts.push(element("plan", application.plan.name));
  if (reports.length > 0) parts.push(`<usage_reports>${reports.map(reportXml).join("")}</usage_reports>`);
  if (hierarchy) parts.push(hierarchyXml(service));
  if (listAppKeys) {
    const keys = application.keys.map((key) => `<key id="${attribute(key)}"/>`).join("");
    parts.push(`<app_keys app="${attribute(application.id)}" svc="${attribute(service.id)}">${keys}</app_keys>`);
  }
  return `${PROLOGUE}<status>${parts.join("")}</status>`;
}

function reportXml({ metric, period, bounds, max, current }: Status["reports"][number]): string {
  const exceeded = current > max ? ' exceeded="true"' : "";
  const times =
    bounds === undefined
      ? ""
      : element("period_start", timeText(bounds.startMs)) + element("period_end", timeText(bounds.endMs));
  const counts = element("max_value", String(max)) + element("current_value", String(current));
  return `<usage_report metric="${attribute(metric)}" period="${period}"${exceeded}>${times}${counts}</usage_report>`;
}

function hierarchyXml({ metrics }: Status["service"]): string {
  const lines = metrics.map(({ name }) => {
    const children = metrics.filter(({ parent }) => parent === name).map((child) => child.name);
    return children.length === 0
      ? ""
      : `<metric name="${attribute(name)}" children="${attribute(children.join(" "))}"/>`;
  });
  return `<hierarchy>${lines.join("")}</hierarchy>`;
}

/** As Ruby's `%Y-%m-%d %H:%M:%S %z` in UTC. */
const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} +0000`;

const element = (name: string, text: string): string => `<${name}>${content(text)}</${name}>`;

const content = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const attribute = (text: string): string => content(text).replaceAll('"', "&quot;");
