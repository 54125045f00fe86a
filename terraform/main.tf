# The service: everything of an environment but its foundation. The groups are made at zero capacity; the rollout fills them.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

# What the foundation made is found by its names, not by reading its state.
data "aws_ssm_parameter" "foundation" {
  for_each = toset(["kms-key-arn", "release-bucket", "permissions-boundary", "backup-role-arn"])

  name = "/vectordb/${var.environment}/foundation/${each.key}"
}

locals {
  name       = "vectordb-${var.environment}"
  account    = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  foundation = { for name, parameter in data.aws_ssm_parameter.foundation : name => nonsensitive(parameter.value) }
  kms_key    = local.foundation["kms-key-arn"]
  boundary   = local.foundation["permissions-boundary"]
  arn_suffix = "${var.region}:${local.account}"

  profiles = {
    web    = { repositories = ["app", "dashboard", "nginx"], secrets = ["api-keys", "openai-api-key", "redis-password"], logs = ["api", "dashboard", "nginx", "web-bootstrap", "web-host"] }
    worker = { repositories = ["worker"], secrets = ["openai-api-key", "redis-password"], logs = ["worker", "worker-bootstrap", "worker-host"] }
  }

  # Default tags do not reach what Auto Scaling launches.
  instance_tags = { Project = "vectordb", Environment = var.environment, ManagedBy = "terraform" }
}

module "network" {
  source = "./modules/network"

  name                 = local.name
  environment          = var.environment
  account              = local.account
  region               = var.region
  cidr                 = var.vpc_cidr
  zone_count           = var.zone_count
  nat                  = var.nat
  kms_key_arn          = local.kms_key
  log_retention_days   = var.log_retention_days
  permissions_boundary = local.boundary
}

module "dns" {
  source = "./modules/dns"

  domain_name     = var.domain_name
  hosted_zone_id  = var.hosted_zone_id
  certificate_arn = var.certificate_arn
}

module "load_balancer" {
  source = "./modules/load_balancer"

  name                = local.name
  account             = local.account
  vpc_id              = module.network.vpc_id
  public_subnet_ids   = module.network.public_subnet_ids
  client_cidrs        = var.client_cidrs
  target_port         = var.web_port
  certificate_arn     = module.dns.certificate_arn
  deletion_protection = var.deletion_protection
  access_log_days     = var.log_retention_days
}

resource "aws_route53_record" "service" {
  for_each = var.hosted_zone_id == null ? toset([]) : toset(["A"])

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = each.key

  alias {
    name                   = module.load_balancer.dns_name
    zone_id                = module.load_balancer.zone_id
    evaluate_target_health = true
  }
}

module "firewall" {
  source = "./modules/firewall"
  count  = var.firewall ? 1 : 0

  name                      = local.name
  load_balancer_arn         = module.load_balancer.arn
  requests_per_five_minutes = 10000
}

module "storage" {
  source = "./modules/storage"

  name                = local.name
  account             = local.account
  kms_key_arn         = local.kms_key
  upload_days         = var.upload_days
  deletion_protection = var.deletion_protection
}

module "notifications" {
  source = "./modules/notifications"

  name        = local.name
  account     = local.account
  kms_key_arn = local.kms_key
  emails      = var.alarm_emails
}

module "cache" {
  source = "./modules/cache"

  name                   = local.name
  environment            = var.environment
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.private_subnet_ids
  client_security_groups = local.instance_security_groups
  node_type              = var.cache.node_type
  nodes                  = var.cache.nodes
  snapshot_days          = var.cache.snapshot_days
  kms_key_arn            = local.kms_key
  topic_arn              = module.notifications.cache_topic_arn
  log_retention_days     = var.log_retention_days
  deletion_protection    = var.deletion_protection
}

module "database" {
  source = "./modules/database"

  name                   = local.name
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.private_subnet_ids
  client_security_groups = local.instance_security_groups
  engine_version         = var.database.engine_version
  instances              = var.database.instances
  minimum_capacity       = var.database.minimum_capacity
  maximum_capacity       = var.database.maximum_capacity
  backup_days            = var.database.backup_days
  kms_key_arn            = local.kms_key
  log_retention_days     = var.log_retention_days
  deletion_protection    = var.deletion_protection
}

module "backup" {
  source = "./modules/backup"

  name                = local.name
  environment         = var.environment
  kms_key_arn         = local.kms_key
  role_arn            = local.foundation["backup-role-arn"]
  retention_days      = var.backup_retention_days
  resource_arns       = [module.storage.tasks_table_arn, module.database.arn]
  deletion_protection = var.deletion_protection
}
