import { readAppSecrets } from "../auth/app-secret.ts";
import { authorize, type AuthMethod } from "../auth/authorize.ts";
import { readOrigins } from "../auth/origins.ts";
import { writePrevious } from "../auth/previous.ts";
import { tableMemory } from "../auth/revocations.ts";

interface HandshakeEvent {
  readonly methodArn: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
}

/** A message of the action `arclet-previous`. */
interface MessageEvent {
  readonly requestContext: {
    readonly eventType: "MESSAGE";
    readonly connectionId: string;
    readonly authorizer: { readonly principalId: string };
  };
}

/**
 * The part of `auth` under `@ws-settings` that runs on AWS: the authorizer, and the answer to a connection that
 * is about to roll over.
 */
export async function handler(event: HandshakeEvent | MessageEvent): Promise<object> {
  if (!("requestContext" in event) || event.requestContext.eventType !== "MESSAGE") {
    return authorizeHandshake(event as HandshakeEvent);
  }
  const { connectionId, authorizer } = event.requestContext;
  const options = { secrets: readAppSecrets(), now: Date.now() };
  const body = await writePrevious(connectionId, authorizer.principalId, options);
  return { statusCode: 200, body };
}

/**
 * The REQUEST authorizer. It throws for a 401, and returns a denying policy for a
 * 403: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
async function authorizeHandshake(event: HandshakeEvent): Promise<object> {
  const { methodArn, headers = {}, queryStringParameters: query = {} } = event;
  const { ARC_WS_AUTH = "", ARC_WS_ORIGINS, ALLOWED_ORIGINS, ARC_HTTP_URL } = process.env;
  const verdict = await authorize(
    { headers, query, now: Date.now() },
    {
      methods: ARC_WS_AUTH.split(" ") as AuthMethod[],
      origins: {
        own: ARC_HTTP_URL === undefined ? [] : [ARC_HTTP_URL],
        allowed: readOrigins(ARC_WS_ORIGINS ?? ALLOWED_ORIGINS),
      },
      memory: tableMemory,
      secrets: readAppSecrets(),
    },
  );
  if (!verdict.ok && verdict.status === 401) throw new Error("Unauthorized");
  const policy = (Effect: "Allow" | "Deny"): object => ({
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect, Resource: methodArn }],
  });
  if (!verdict.ok) return { principalId: "nobody", policyDocument: policy("Deny") };
  const { identity, issuedAt, previousConnectionId } = verdict;
  return {
    principalId: identity.id,
    policyDocument: policy("Allow"),
    context: {
      ...identity,
      issuedAt,
      ...(previousConnectionId === null ? {} : { previousConnectionId }),
    },
  };
}
