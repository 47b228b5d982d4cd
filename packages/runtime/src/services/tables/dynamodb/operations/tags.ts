import { accessDenied, tableNotFound, validationError } from "../dynamo-error.ts";
import { list, structure, text } from "../requests/field.ts";
import type { Database } from "../storage/database.ts";
import type { Table } from "../storage/table.ts";
import { tableArn } from "./describe-table.ts";
import { operation, type Operation } from "./operation.ts";

interface TagResourceInput {
  readonly ResourceArn?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
const mostTags = 50;

export const tagResource: Operation = operation<TagResourceInput>(
  {
    fields: {
      ResourceArn: text,
      Tags: list(
        structure("Tag", {
          Key: { type: "string", isRequired: true, shortest: 1, longest: 128 },
          Value: { type: "string", isRequired: true, longest: 256 },
        }),
      ),
    },
  },
  (database, { ResourceArn: resource, Tags: tags }) => {
    if (tags === undefined) throw missing("tags");
    const table = tagged(database, resource, "TagResource");
    if (tags.length === 0) throw validationError("Atleast one Tag needs to be provided as Input.");
    const all = {
      ...table.definition.tags,
      ...Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    };
    if (Object.keys(all).length > mostTags)
      throw validationError(
        `One or more parameter values were invalid: Too many tags: the limit is ${mostTags}`,
      );
    database.redefine({ ...table.definition, tags: all });
    return {};
  },
);

export const untagResource: Operation = operation<{
  readonly ResourceArn?: string;
  readonly TagKeys?: readonly string[];
}>(
  { fields: { ResourceArn: text, TagKeys: list(text) } },
  (database, { ResourceArn: resource, TagKeys: keys }) => {
    if (keys === undefined) throw missing("tagKeys");
    const table = tagged(database, resource, "UntagResource");
    if (keys.length === 0)
      throw validationError("Atleast one Tag Key needs to be provided as Input.");
    const rest = Object.entries(table.definition.tags).filter(([key]) => !keys.includes(key));
    database.redefine({ ...table.definition, tags: Object.fromEntries(rest) });
    return {};
  },
);

export const listTagsOfResource: Operation = operation<{ readonly ResourceArn?: string }>(
  { fields: { ResourceArn: text, NextToken: text } },
  (database, { ResourceArn: resource }) => {
    const { tags } = tagged(database, resource, "ListTagsOfResource").definition;
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
);

function tagged(database: Database, resource: string | undefined, action: string): Table {
  if (resource === undefined) throw validationError("Invalid TableArn");
  const name = /^arn:[^:]+:dynamodb:[^:]+:\d+:table\/([^/]{3,})$/.exec(resource)?.[1];
  if (name === undefined)
    throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${resource}`);
  const table = database.find(name);
  if (table !== undefined && tableArn(database.place, name) === resource) return table;
  // Of other accounts and regions AWS does not say what there is.
  if (tableArn(database.place, name) !== resource)
    throw accessDenied(
      `User is not authorized to perform: dynamodb:${action} on resource: ${resource}`,
    );
  throw tableNotFound(`Requested resource not found: ResourcArn: ${resource} not found`);
}

function missing(parameter: string): Error {
  return validationError(
    `1 validation error detected: Value null at '${parameter}' failed to satisfy constraint: Member must not be null`,
  );
}
