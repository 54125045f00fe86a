output "instance_profile_arn" {
  description = "Instance profile, once its role may do its work."
  value       = aws_iam_instance_profile.this.arn
  depends_on  = [aws_iam_role_policy.this]
}

output "role_arn" {
  description = "Role of the instances."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "What the instances may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}
