output "role_arn" {
  description = "Role that reads what the environment has proved."
  value       = aws_iam_role.this.arn
}
