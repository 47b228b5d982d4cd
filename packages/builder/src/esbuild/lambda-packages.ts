/** Packages included in Lambda's Node.js runtimes. */
export const lambdaPackages: RegExp = /^@(?:aws-sdk|smithy)\//;
