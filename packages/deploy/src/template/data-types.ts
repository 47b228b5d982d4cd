/** Types of resources that hold users' data: those of Arclet, and those that plugins may add. */
const dataTypes: ReadonlySet<string> = new Set([
  "AWS::Cognito::UserPool",
  "AWS::DocDB::DBCluster",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::EFS::FileSystem",
  "AWS::ElastiCache::ReplicationGroup",
  "AWS::Kinesis::Stream",
  "AWS::KMS::Key",
  "AWS::Neptune::DBCluster",
  "AWS::OpenSearchService::Domain",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::S3::Bucket",
  "AWS::SQS::Queue",
  "AWS::SecretsManager::Secret",
]);

export function holdsData(type: string): boolean {
  return dataTypes.has(type);
}
