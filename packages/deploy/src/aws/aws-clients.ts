import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import type { CredentialSource } from "./credential-source.ts";
import { pacedCalls } from "./paced-calls.ts";
import { retryUntil } from "./retry-until.ts";

export interface AwsOptions {
  /** Overrides `AWS_REGION` and the profile's region; null leaves it to the standard chain. */
  readonly region: string | null;
  readonly source: CredentialSource;
}

/**
 * FilterLogEvents calls per second of one command. AWS allows five per account and region
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html); one is left
 * for other users.
 */
const logCallsPerSecond = 4;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Clients created on first use, so that `deploy --dry-run` loads none of them. */
export interface AwsClients {
  cloudFormation(): Promise<CloudFormationClient>;
  dynamoDb(): Promise<DynamoDBClient>;
  lambda(): Promise<LambdaClient>;
  logs(): Promise<CloudWatchLogsClient>;
  s3(): Promise<S3Client>;
  ssm(): Promise<SSMClient>;
  sts(): Promise<STSClient>;
  close(): void;
}

/** The clients of one command. The SDK itself honours `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`. */
export function createAwsClients({ region, source }: AwsOptions): AwsClients {
  // Hide the SDK's warning about future Node.js versions, because its version is fixed.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const config = {
    ...(region === null ? {} : { region }),
    ...credentialsOf(source),
    retryStrategy: retryUntil(),
  };
  const made: { destroy(): void }[] = [];
  const lazily = <T extends { destroy(): void }>(make: () => Promise<T>): (() => Promise<T>) => {
    let client: Promise<T> | null = null;
    return () => {
      client ??= make().then((value) => {
        made.push(value);
        return value;
      });
      return client;
    };
  };
  return {
    cloudFormation: lazily(
      async () => new (await import("@aws-sdk/client-cloudformation")).CloudFormationClient(config),
    ),
    dynamoDb: lazily(
      async () => new (await import("@aws-sdk/client-dynamodb")).DynamoDBClient(config),
    ),
    lambda: lazily(async () => new (await import("@aws-sdk/client-lambda")).LambdaClient(config)),
    logs: lazily(async () => {
      const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
      const client = new CloudWatchLogsClient(config);
      const pace = pacedCalls(logCallsPerSecond);
      client.middlewareStack.add(
        (next) => async (call) => {
          await pace();
          return next(call);
        },
        // Inside the retries, so that each attempt counts.
        { step: "finalizeRequest", priority: "low", name: "arcletPace" },
      );
      return client;
    }),
    s3: lazily(async () => {
      const isElsewhere =
        process.env["AWS_ENDPOINT_URL"] !== undefined ||
        process.env["AWS_ENDPOINT_URL_S3"] !== undefined;
      // Custom endpoints have no DNS name per bucket.
      return new (await import("@aws-sdk/client-s3")).S3Client({
        ...config,
        forcePathStyle: isElsewhere,
      });
    }),
    ssm: lazily(async () => new (await import("@aws-sdk/client-ssm")).SSMClient(config)),
    sts: lazily(async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    close: () => {
      for (const client of made) client.destroy();
    },
  };
}

/** Credential options for the SDK's clients; empty for the standard chain. */
function credentialsOf(source: CredentialSource): {
  readonly profile?: string;
  readonly credentials?: () => Promise<Credentials>;
} {
  switch (source.type) {
    case "keys":
      return {
        credentials: async () => (await import("@aws-sdk/credential-provider-env")).fromEnv()(),
      };
    case "web-identity":
      return {
        credentials: async () => {
          const { fromTokenFile } = await import("@aws-sdk/credential-provider-web-identity");
          return fromTokenFile({
            webIdentityTokenFile: source.tokenFile,
            roleArn: source.roleArn,
          })();
        },
      };
    default:
      return source.profile === null ? {} : { profile: source.profile };
  }
}
