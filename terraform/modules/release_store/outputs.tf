output "bucket" {
  description = "Name of the bucket."
  value       = module.bucket.name
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = module.bucket.arn
}

output "table" {
  description = "Name of the table."
  value       = aws_dynamodb_table.releases.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.releases.arn
}
