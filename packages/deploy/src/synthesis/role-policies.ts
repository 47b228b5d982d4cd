import { DeployError } from "../errors.ts";
import { digest } from "../template/logical-ids.ts";

type Mutable = Record<string, unknown>;

/**
 * A role with further policies, in any of the forms that SAM takes: an ARN of a managed policy, a
 * document with statements, or a named policy as roles have it.
 * @throws DeployError `ERR_ADOPTION` for SAM's policy templates, which only SAM can expand
 */
export function withPolicies(role: Mutable, given: unknown): Mutable {
  const policies = [given ?? []].flat() as readonly unknown[];
  if (policies.length === 0) return role;
  const properties = role["Properties"] as Mutable;
  const inline: unknown[] = [properties["Policies"] ?? []].flat();
  const managed: unknown[] = [properties["ManagedPolicyArns"] ?? []].flat();
  for (const policy of policies) {
    if (isManaged(policy)) managed.push(arnOf(policy));
    else inline.push(named(policy));
  }
  return {
    ...role,
    Properties: {
      ...properties,
      Policies: inline,
      ...(managed.length === 0 ? {} : { ManagedPolicyArns: managed }),
    },
  };
}

/** A name or an ARN, or a reference to one. */
function isManaged(policy: unknown): boolean {
  if (typeof policy === "string") return true;
  const [key = ""] = Object.keys(policy ?? {});
  return key === "Ref" || key.startsWith("Fn::");
}

function arnOf(policy: unknown): unknown {
  return typeof policy !== "string" || policy.startsWith("arn:")
    ? policy
    : { "Fn::Sub": `arn:\${AWS::Partition}:iam::aws:policy/${policy}` };
}

function named(policy: unknown): unknown {
  const given = (policy ?? {}) as Mutable;
  if ("PolicyName" in given && "PolicyDocument" in given) return given;
  if (!("Statement" in given))
    throw new DeployError(
      "ERR_ADOPTION",
      `A plugin gives a function the policy ${Object.keys(given).join(", ")}, which only SAM knows`,
      { hints: ["Let the plugin write the policy's statements."] },
    );
  return {
    PolicyName: `plugin-${digest(JSON.stringify(given))}`,
    PolicyDocument: { Version: "2012-10-17", ...given },
  };
}
