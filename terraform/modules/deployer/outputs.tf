output "deployer_role_arn" {
  description = "Role that deploys."
  value       = aws_iam_role.this["deployer"].arn
}

output "planner_role_arn" {
  description = "Role that plans."
  value       = aws_iam_role.this["planner"].arn
}

output "publisher_role_arn" {
  description = "Role that pushes images."
  value       = aws_iam_role.this["publisher"].arn
}

output "boundary_arn" {
  description = "Policy that bounds every role that the service makes."
  value       = aws_iam_policy.boundary.arn
}
