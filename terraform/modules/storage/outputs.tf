output "tasks_table" {
  description = "Name of the table of tasks."
  value       = aws_dynamodb_table.tasks.name
}

output "tasks_table_arn" {
  description = "ARN of the table of tasks."
  value       = aws_dynamodb_table.tasks.arn
}

output "tasks_index" {
  description = "Name of that table's index."
  value       = one(aws_dynamodb_table.tasks.global_secondary_index[*].name)
}

output "files_bucket" {
  description = "Name of the bucket of uploaded files."
  value       = module.files.name
}

output "files_bucket_arn" {
  description = "ARN of the bucket of uploaded files."
  value       = module.files.arn
}
