"""AWS: STS, IAM, Bedrock, Service Quotas and CloudWatch, in every region on one port."""
