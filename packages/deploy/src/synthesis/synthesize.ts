import type { Manifest } from "@arclet/manifest";
import { DeployError } from "../errors.ts";
import { addAlarms } from "../resources/alarms.ts";
import { addCdn } from "../resources/cdn.ts";
import { addDomains } from "../resources/domain.ts";
import { addEvents } from "../resources/events.ts";
import { addFailedEvents } from "../resources/failed-events.ts";
import { addFunctions } from "../resources/functions.ts";
import { addHttpApi } from "../resources/http.ts";
import { addQueues } from "../resources/queues.ts";
import { addRooms, withRealtimeFunctions } from "../resources/rooms.ts";
import { addSchedules } from "../resources/scheduled.ts";
import { addStaticFiles, addStaticFunction } from "../resources/static.ts";
import { addTablesStreams } from "../resources/tables-streams.ts";
import { addTables } from "../resources/tables.ts";
import { addWebSocketApi } from "../resources/ws.ts";
import { type SynthesisOptions } from "../resources/synthesis-context.ts";
import { environmentParameterId } from "../template/logical-ids.ts";
import { parameterLimit } from "../template/stack-limits.ts";
import { ref, TemplateBuilder, type ResourceOrigin, type Template } from "../template/template.ts";

export interface Synthesis {
  readonly template: Template;
  /** Which line of the manifest each logical id stems from. */
  readonly origins: ReadonlyMap<string, ResourceOrigin>;
}

/**
 * The stack of an app. Pure: the same manifest and assets give the same template.
 * All of it is in one template, however many resources that has: `layOut` divides it.
 * @throws DeployError `ERR_TEMPLATE_LIMIT` when there are too many variables
 */
export function synthesize(declared: Manifest, options: SynthesisOptions): Synthesis {
  const manifest = withRealtimeFunctions(declared);
  const template = new TemplateBuilder();
  const context = { manifest, options, template };
  // A parameter nothing refers to is a finding of cfn-lint, and a secret handed out for nothing.
  if (manifest.functions.some(({ config }) => config.env))
    for (const { name } of options.environment) template.parameter(environmentParameterId(name));
  addTables(context);
  addTablesStreams(context);
  addEvents(context);
  addQueues(context);
  addStaticFiles(context);
  addRooms(context);
  addFunctions(context);
  addStaticFunction(context);
  addWebSocketApi(context);
  addHttpApi(context);
  addSchedules(context);
  addCdn(context);
  addDomains(context);
  addFailedEvents(context);
  addAlarms(context);
  if (Object.keys(template.resources).length === 0)
    throw new DeployError("ERR_NOTHING_TO_DEPLOY", "The manifest declares nothing to deploy");
  template.output("Stack", "Name of the stack", ref("AWS::StackName"));
  if (options.environment.length > parameterLimit)
    throw new DeployError(
      "ERR_TEMPLATE_LIMIT",
      `${options.environment.length} environment variables are set, and CloudFormation takes ${parameterLimit}`,
      { hints: ["Remove some with `arclet env --remove NAME`."] },
    );
  return {
    template: template.build(`${manifest.app} ${options.stage}, deployed by Arclet`),
    origins: template.origins,
  };
}
