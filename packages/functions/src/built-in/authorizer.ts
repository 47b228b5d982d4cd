import { readAppSecrets } from "../auth/app-secret.ts";
import { authorize, type AuthMethod } from "../auth/authorize.ts";
import { readOrigins } from "../auth/origins.ts";
import { tableMemory } from "../auth/revocations.ts";

interface AuthorizerEvent {
  readonly methodArn: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
}

/**
 * The REQUEST authorizer of `auth` under `@ws-settings`, on AWS. It answers 401 by its error and 403 by its
 * policy: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function handler(event: AuthorizerEvent): Promise<object> {
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
  const { identity, issuedAt } = verdict;
  return {
    principalId: identity.id,
    policyDocument: policy("Allow"),
    context: { ...identity, issuedAt },
  };
}
