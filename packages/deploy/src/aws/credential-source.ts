import type { AwsSettings } from "@arclet/manifest";

/** Where a command's credentials come from. */
export type CredentialSource =
  | { readonly type: "keys" }
  | { readonly type: "web-identity"; readonly tokenFile: string; readonly roleArn: string }
  /** null means the standard chain, which ends at the machine's own role. */
  | { readonly type: "profile"; readonly profile: string | null };

/** What the command line says about an AWS account. */
export interface AccountFlags {
  /** `--profile` */
  readonly profile?: string | null;
  /** `--region` */
  readonly region?: string | null;
}

/**
 * `--profile`, then keys or a web identity in the environment, then `AWS_PROFILE`, then the role that a
 * container is given (CodeBuild, ECS), then the manifest's profile. A machine's own settings take precedence over the manifest, which a team and CI share. The
 * SDK's own order is not used, because there `AWS_PROFILE` comes before keys.
 */
export function credentialSource(
  flags: AccountFlags,
  settings: Pick<AwsSettings, "profile">,
  environment: NodeJS.ProcessEnv,
): CredentialSource {
  if (isSet(flags.profile)) return { type: "profile", profile: flags.profile };
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = environment;
  if (isSet(key) && isSet(secret)) return { type: "keys" };
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = environment;
  if (isSet(tokenFile) && isSet(roleArn)) return { type: "web-identity", tokenFile, roleArn };
  const { AWS_PROFILE: named } = environment;
  if (isSet(named)) return { type: "profile", profile: named };
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: url } =
    environment;
  return { type: "profile", profile: isSet(path) || isSet(url) ? null : settings.profile };
}

function isSet(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== "";
}
