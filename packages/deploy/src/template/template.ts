import type { Location } from "@arclet/manifest";

/** A JSON value of a template, intrinsic functions included. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: { readonly [key: string]: TemplateValue };
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: "Retain" | "RetainExceptOnCreate" | "Delete";
  readonly UpdateReplacePolicy?: "Retain" | "Delete";
}

export interface TemplateParameter {
  readonly Type: "String";
  readonly NoEcho: boolean;
}

export interface TemplateOutput {
  readonly Description: string;
  readonly Value: TemplateValue;
}

/** Plain CloudFormation: no transform, no macro. */
export interface Template {
  readonly AWSTemplateFormatVersion: "2010-09-09";
  readonly Description: string;
  readonly Parameters?: { readonly [name: string]: TemplateParameter };
  readonly Resources: { readonly [logicalId: string]: TemplateResource };
  readonly Outputs: { readonly [name: string]: TemplateOutput };
}

/** What of the manifest a resource was made for. */
export interface ResourceOrigin {
  /** `function ws/default`, `table cats`. */
  readonly label: string;
  readonly location: Location | null;
}

/** Gathers resources; a logical id used twice is a bug and throws. */
export class TemplateBuilder {
  readonly resources: Record<string, TemplateResource> = {};
  readonly parameters: Record<string, TemplateParameter> = {};
  readonly outputs: Record<string, TemplateOutput> = {};
  readonly origins: Map<string, ResourceOrigin> = new Map();

  add(logicalId: string, resource: TemplateResource, origin: ResourceOrigin): void {
    if (Object.hasOwn(this.resources, logicalId))
      throw new Error(`logical id ${logicalId} is used twice`);
    this.resources[logicalId] = resource;
    this.origins.set(logicalId, origin);
  }

  parameter(name: string): void {
    this.parameters[name] = { Type: "String", NoEcho: true };
  }

  output(name: string, description: string, value: TemplateValue): void {
    this.outputs[name] = { Description: description, Value: value };
  }

  build(description: string): Template {
    return {
      AWSTemplateFormatVersion: "2010-09-09",
      Description: description,
      ...(Object.keys(this.parameters).length > 0 ? { Parameters: this.parameters } : {}),
      Resources: this.resources,
      Outputs: this.outputs,
    };
  }
}

export function ref(logicalId: string): TemplateValue {
  return { Ref: logicalId };
}

export function attribute(logicalId: string, name: string): TemplateValue {
  return { "Fn::GetAtt": [logicalId, name] };
}

export function sub(text: string): TemplateValue {
  return { "Fn::Sub": text };
}
