import { request } from "node:http";

export interface DynamoReply {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

const authorization =
  "AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=local";

/** One call in DynamoDB's JSON 1.0 protocol. Rejects only when the connection fails. */
export function requestDynamo(port: number, operation: string, body: string): Promise<DynamoReply> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "content-length": Buffer.byteLength(body),
          "x-amz-target": `DynamoDB_20120810.${operation}`,
          "x-amz-date": "20260101T000000Z",
          authorization,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const requestId = response.headers["x-amzn-requestid"];
          resolve({
            status: response.statusCode ?? 500,
            body: Buffer.concat(chunks).toString(),
            requestId: typeof requestId === "string" ? requestId : "",
          });
        });
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}
