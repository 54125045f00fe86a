module "logs" {
  source = "./modules/logs"

  environment    = var.environment
  names          = distinct(flatten([for profile in local.profiles : profile.logs]))
  retention_days = var.log_retention_days
  kms_key_arn    = local.kms_key
}

module "alarms" {
  source = "./modules/alarms"

  name             = local.name
  environment      = var.environment
  topic_arn        = module.notifications.topic_arn
  load_balancer    = module.load_balancer.arn_suffix
  target_group     = module.load_balancer.target_group_arn_suffix
  groups           = { web = module.web.group_name, worker = module.worker.group_name }
  cache_nodes      = module.cache.node_ids
  database_cluster = module.database.cluster_identifier
  tasks_table      = module.storage.tasks_table
  tasks_index      = module.storage.tasks_index
  certificate_arn  = module.dns.certificate_arn
  latency_seconds  = var.latency_seconds
  backlog          = var.backlog_alarm
}

module "dashboards" {
  source = "./modules/dashboards"

  name          = local.name
  files         = var.dashboard_files
  load_balancer = module.load_balancer.arn_suffix
  target_group  = module.load_balancer.target_group_arn_suffix
  cache_nodes   = module.cache.node_ids
}

module "budget" {
  source = "./modules/budget"

  name        = local.name
  environment = var.environment
  monthly_usd = var.monthly_budget_usd
  topic_arn   = module.notifications.topic_arn
}
