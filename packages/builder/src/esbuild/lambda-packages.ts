/** Packages that Lambda's Node.js runtimes bring along. */
export const lambdaPackages: RegExp = /^@(?:aws-sdk|smithy)\//;
