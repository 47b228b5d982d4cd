// A module of its own, so that bundlers leave the rest of the library out of what is loaded when needed.
export { AwsV4Signer } from "aws4fetch";
