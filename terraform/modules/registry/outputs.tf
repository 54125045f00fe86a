output "addresses" {
  description = "Registry addresses by repository name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}
