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
  } : "runtime/${name}" => value }
}

# Beside the settings, as it names a secret instead of being one.
module "references" {
  source = "./modules/settings"

  path       = "/vectordb/${var.environment}"
  parameters = { "service/database-secret-arn" = module.database.master_secret_arn, "service/cache-user-id" = module.cache.user_id }
}
