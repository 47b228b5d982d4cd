import type { Template, TemplateResource, TemplateValue } from "@arclet/deploy";
import { expect } from "vitest";

export function ofType(template: Template, type: string): readonly TemplateResource[] {
  return Object.values(template.Resources).filter(({ Type }) => Type === type);
}

/** Statements of the role of a function, by what its logical id has in it. */
export function statements(template: Template, functionName: string): readonly TemplateValue[] {
  const roles = Object.entries(template.Resources).filter(([id]) =>
    id.startsWith(`Role${functionName}`),
  );
  expect(roles).toHaveLength(1);
  const policies = roles[0]?.[1].Properties?.["Policies"];
  return (policies as { PolicyDocument: { Statement: TemplateValue[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
}

export function actionsOf(template: Template, functionName: string): readonly string[] {
  return statements(template, functionName).flatMap(
    (statement) => (statement as { readonly Action: readonly string[] }).Action,
  );
}

/** The resources of a type, each with what is asked of it alone. */
export function propertiesOf(template: Template, type: string): readonly unknown[] {
  return ofType(template, type).map(({ Properties }) => Properties);
}
