output "arns" {
  description = "ARNs of the groups by last part of their names."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.arn }
}

output "names" {
  description = "Names of the groups by last part of their names."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.name }
}
