variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "profile" {
  description = "Compose profile of the instances: web or worker."
  type        = string
}

variable "account" {
  description = "Account id."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "partition" {
  description = "AWS partition."
  type        = string
}

variable "permissions_boundary" {
  description = "Policy that bounds every role that the service makes."
  type        = string
}

variable "release_bucket_arn" {
  description = "Bucket of release bundles."
  type        = string
}

variable "repository_arns" {
  description = "Image repositories that the instances pull from."
  type        = list(string)
}

variable "parameter_path_arn" {
  description = "ARN of the environment's path in the parameter store."
  type        = string
}

variable "secret_arns" {
  description = "Secrets that the instances read."
  type        = list(string)
}

variable "kms_key_arn" {
  description = "Key of everything that the instances read and write."
  type        = string
}

variable "tasks_table_arn" {
  description = "Table of tasks."
  type        = string
}

variable "files_bucket_arn" {
  description = "Bucket of uploaded files."
  type        = string
}

variable "log_group_arns" {
  description = "Log groups that the agent writes."
  type        = list(string)
}
