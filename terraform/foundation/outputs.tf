output "kms_key_arn" {
  description = "Key that encrypts everything of the environment."
  value       = module.encryption.key_arn
}

output "repositories" {
  description = "Registry addresses by repository name; empty where another environment holds them."
  value       = try(module.registry[0].addresses, {})
}

output "release_bucket" {
  description = "Bucket of manifests, ledger and release bundles."
  value       = module.release_store.bucket
}

output "release_table" {
  description = "Table of the deployment lock and the ledger's head."
  value       = module.release_store.table
}

output "secrets" {
  description = "ARNs of the secrets' containers by short name; no value."
  value       = module.secrets.arns
}

output "deployer_role_arn" {
  description = "Role that plans, applies and rolls out."
  value       = module.deployer.deployer_role_arn
}

output "planner_role_arn" {
  description = "Role that only reads and plans."
  value       = module.deployer.planner_role_arn
}

output "reader_role_arn" {
  description = "Role that reads what this environment has proved; null where nobody may."
  value       = try(module.reader[0].role_arn, null)
}

output "publisher_role_arn" {
  description = "Role that only brings images to the registry."
  value       = module.deployer.publisher_role_arn
}
