import type { TemplateResource, TemplateValue } from "./template.ts";

export interface ServiceRoleOptions {
  /** Who takes the role: `lambda`, `scheduler`, `apigateway`. */
  readonly service: string;
  readonly statements: readonly TemplateValue[];
  /** ARNs of policies that the role has besides. @default none */
  readonly managedPolicies?: readonly string[];
  /** Policy that bounds the role, where the account asks for one; null: none does. */
  readonly permissionsBoundary: string | null;
}

/** A role that one service of AWS takes, with one policy of its own. */
export function serviceRole(options: ServiceRoleOptions): TemplateResource {
  const { service, statements, managedPolicies = [], permissionsBoundary } = options;
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: trustOf(service),
      Policies: [
        {
          PolicyName: "arclet",
          PolicyDocument: { Version: "2012-10-17", Statement: statements },
        },
      ],
      ...(managedPolicies.length > 0 ? { ManagedPolicyArns: managedPolicies } : {}),
      ...(permissionsBoundary === null ? {} : { PermissionsBoundary: permissionsBoundary }),
    },
  };
}

/** That a service may take a role. */
export function trustOf(service: string): TemplateValue {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: `${service}.amazonaws.com` },
        Action: "sts:AssumeRole",
      },
    ],
  };
}
