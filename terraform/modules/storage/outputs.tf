output "tasks_table" {
  description = "Name of the table of tasks."
  value       = aws_dynamodb_table.tasks.name
}

output "tasks_table_arn" {
  description = "ARN of the table of tasks."
  value       = aws_dynamodb_table.tasks.arn
}

output "files_bucket" {
  description = "Name of the bucket of uploaded files."
  value       = module.files.name
}

output "files_bucket_arn" {
  description = "ARN of the bucket of uploaded files."
  value       = module.files.arn
}
