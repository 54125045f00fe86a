# What the release reads (terraform output -json).

output "url" {
  description = "Address of the service."
  value       = "https://${var.domain_name}"
}

output "load_balancer_dns_name" {
  description = "Address of the load balancer, for the smoke test and for DNS kept elsewhere."
  value       = module.load_balancer.dns_name
}

output "target_group_arn" {
  description = "Target group of the web instances."
  value       = module.load_balancer.target_group_arn
}

output "groups" {
  description = "What the rollout needs of each fleet, by profile."
  value = {
    web    = { name = module.web.group_name, launch_template_id = module.web.launch_template_id, launch_template_version = module.web.launch_template_version, minimum = var.web.minimum, maximum = var.web.maximum }
    worker = { name = module.worker.group_name, launch_template_id = module.worker.launch_template_id, launch_template_version = module.worker.launch_template_version, minimum = var.worker.minimum, maximum = var.worker.maximum }
  }
}

output "rollout_alarms" {
  description = "Alarms that stop and take back a rollout."
  value       = module.alarms.rollout_alarms
}

output "cache_user_id" {
  description = "ElastiCache user whose password the release sets from the secret vectordb/<environment>/redis-password."
  value       = module.cache.user_id
}

output "database_secret_arn" {
  description = "Secret that RDS keeps the database's credentials in."
  value       = module.database.master_secret_arn
}

output "tasks_table" {
  description = "Table of tasks."
  value       = module.storage.tasks_table
}

output "files_bucket" {
  description = "Bucket of uploaded files."
  value       = module.storage.files_bucket
}

output "log_groups" {
  description = "Log groups by short name."
  value       = module.logs.names
}

output "alarm_topic_arn" {
  description = "Topic of the alarms."
  value       = module.notifications.topic_arn
}
