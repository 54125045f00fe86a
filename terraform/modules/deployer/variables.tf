variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
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

variable "kms_key_arn" {
  description = "Key of the environment."
  type        = string
}

variable "state_bucket" {
  description = "Bucket of the Terraform state."
  type        = string
}

variable "release_bucket_arn" {
  description = "Bucket of manifests, ledger and bundles."
  type        = string
}

variable "release_table_arn" {
  description = "Table of the deployment lock."
  type        = string
}

variable "repository_root" {
  description = "First part of the image repositories' names."
  type        = string
}

variable "secret_prefix" {
  description = "Path of the environment's secrets."
  type        = string
}

variable "parameter_path" {
  description = "Path of the environment's parameters."
  type        = string
}

variable "principals" {
  description = "Roles and users that may take the roles."
  type        = list(string)
}

variable "github_subjects" {
  description = "Exact subjects of GitHub jobs that may deploy."
  type        = list(string)
}

variable "github_plan_subjects" {
  description = "Exact subjects of GitHub jobs that may plan."
  type        = list(string)
}

variable "manage_github_provider" {
  description = "Whether to create the account's OIDC provider for GitHub."
  type        = bool
}
