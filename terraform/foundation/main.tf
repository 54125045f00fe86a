# What must exist before an image can be pushed or a release recorded. Applied by the Bootstrap target.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  name            = "vectordb-${var.environment}"
  parameter_path  = "/vectordb/${var.environment}"
  secret_prefix   = "vectordb/${var.environment}"
  repository_root = "vectordb-api"
  account         = data.aws_caller_identity.current.account_id
  partition       = data.aws_partition.current.partition
}

module "encryption" {
  source = "../modules/encryption"

  name      = local.name
  account   = local.account
  region    = var.region
  partition = local.partition
}

module "registry" {
  source = "../modules/registry"
  count  = var.manage_registry ? 1 : 0

  repositories        = [for service in ["app", "worker", "dashboard", "nginx"] : "${local.repository_root}/${service}"]
  kms_key_arn         = module.encryption.key_arn
  untagged_image_days = var.untagged_image_days
  force_delete        = !var.deletion_protection
}

module "release_store" {
  source = "../modules/release_store"

  name                = local.name
  bucket              = "${local.name}-releases-${local.account}"
  kms_key_arn         = module.encryption.key_arn
  deletion_protection = var.deletion_protection
}

module "secrets" {
  source = "../modules/secrets"

  prefix      = local.secret_prefix
  kms_key_arn = module.encryption.key_arn

  secrets = {
    openai-api-key = "Key of the embeddings provider, read by the API and the worker."
    api-keys       = "API keys by hash, one a line, read by the API and the dashboard; made with CreateApiKey."
    smoke-api-key  = "API key of the smoke test, read by the deployer only."
    redis-password = "Password of the queue's user."
  }
  recovery_window_days = var.deletion_protection ? 30 : 0
}

module "settings" {
  source = "../modules/settings"

  path = local.parameter_path
  parameters = merge(
    { for name, value in var.settings : "settings/${name}" => value },
    {
      "foundation/kms-key-arn"          = module.encryption.key_arn
      "foundation/release-bucket"       = module.release_store.bucket
      "foundation/release-table"        = module.release_store.table
      "foundation/permissions-boundary" = module.deployer.boundary_arn
      "foundation/backup-role-arn"      = module.backup_role.arn
    },
  )
}

module "backup_role" {
  source = "../modules/backup_role"

  name      = local.name
  account   = local.account
  partition = local.partition
}

module "deployer" {
  source = "../modules/deployer"

  name                    = local.name
  environment             = var.environment
  account                 = local.account
  region                  = var.region
  partition               = local.partition
  kms_key_arn             = module.encryption.key_arn
  state_bucket            = var.state_bucket
  release_bucket_arn      = module.release_store.bucket_arn
  release_table_arn       = module.release_store.table_arn
  repository_root         = local.repository_root
  secret_prefix           = local.secret_prefix
  parameter_path          = local.parameter_path
  hosted_zone_id          = var.hosted_zone_id
  deletion_protection     = var.deletion_protection
  principals              = var.deployer_principals
  github_subjects         = var.github_subjects
  github_plan_subjects    = var.github_plan_subjects
  github_publish_subjects = var.github_publish_subjects
  manage_github_provider  = var.manage_github_provider
  promotion_roles         = var.promotion_roles
}

module "reader" {
  source = "../modules/reader"
  count  = length(var.promotion_readers) > 0 ? 1 : 0

  name               = local.name
  account            = local.account
  region             = var.region
  partition          = local.partition
  kms_key_arn        = module.encryption.key_arn
  release_bucket_arn = module.release_store.bucket_arn
  release_table_arn  = module.release_store.table_arn
  repository_root    = local.repository_root
  parameter_path     = local.parameter_path
  readers            = var.promotion_readers
}
