# What an instance reads at boot. A name here is a setting of the application in lower case: tasks-table is VECTORDB_TASKS_TABLE.
module "runtime" {
  source = "./modules/settings"

  path = "/vectordb/${var.environment}"
  parameters = { for name, value in {
    environment  = var.environment
    store        = "postgres"
    postgres     = "Host=${module.database.endpoint};Port=${module.database.port};Database=${module.database.name};SSL Mode=VerifyFull"
    tasks        = "dynamodb"
    tasks-table  = module.storage.tasks_table
    files        = "s3"
    files-bucket = module.storage.files_bucket
    redis        = module.cache.endpoint
    redis-tls    = "true"
    auth         = "apikey"
    # No setting but the name of a secret: the instance adds its user and password to the address above.
    database-secret-arn = module.database.master_secret_arn
  } : "runtime/${name}" => value }
}

# Beside the settings: the release needs them, the instances do not. A rollback reads them without Terraform.
module "references" {
  source = "./modules/settings"

  path = "/vectordb/${var.environment}"
  parameters = { for name, value in {
    url              = "https://${var.domain_name}"
    load-balancer    = module.load_balancer.dns_name
    target-group-arn = module.load_balancer.target_group_arn
    rollout-alarms   = join(",", module.alarms.rollout_alarms)
    cache-user-id    = module.cache.user_id
  } : "service/${name}" => value }
}
